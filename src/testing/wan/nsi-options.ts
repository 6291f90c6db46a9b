import type { HttpClient } from "../../drivers/oscars/http/http.ts";
import type { Clock } from "../../model/clock.ts";
import type { CircuitChange } from "./circuit-table.ts";
import type { NsiPort } from "./nsi-ports.ts";

/** How a provider departs from what one would wish; peers in the field do each of these. */
export interface NsiQuirks {
  /** When confirmations are posted, against the answer to the request. */
  readonly callbacks?: "after" | "before" | "twice" | "never";
  /** Whether a request that cannot be met is refused in the answer, or later by a callback. */
  readonly refusals?: "callback" | "answer";
  /** What a synchronous query gives. */
  readonly queries?: "answered" | "omitted" | "refused";
  /** Whether a forced end names the connection only as the originating one. */
  readonly forcedEndWithoutId?: boolean;
  /** Whether the labels of a connection's two ends may differ; they may when absent. */
  readonly swapsLabels?: boolean;
}

export interface SimNsiProviderOptions {
  readonly nsa: string;
  /** By port URN, without label. */
  readonly ports: ReadonlyMap<string, NsiPort>;
  readonly clock: Clock;
  /** Carries the callbacks. */
  readonly http: HttpClient;
  readonly quirks?: NsiQuirks;
  /** How long something is held, in seconds; 120 when absent. */
  readonly holdSeconds?: number;
  /** How long each step takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** Attaches a data plane: told of every circuit that begins, or ceases, to carry frames. */
  readonly onCircuit?: (change: CircuitChange) => void;
}
