import type { HttpClient } from "../../drivers/oscars/http/http.ts";
import type { CtrlPlaneTopology } from "../../drivers/oscars/idcp/ctrl-plane.ts";
import type { Clock } from "../../model/clock.ts";
import type { CircuitChange } from "./circuit-table.ts";
import type { IdcpPort } from "./idcp-ports.ts";

/** What a simulated IDCP server is made of. */
export interface SimIdcpServerOptions {
  /** What its reservations are called after: `example.net` makes `example.net-1`. */
  readonly domain: string;
  /** By URN. */
  readonly ports: ReadonlyMap<string, IdcpPort>;
  readonly clock: Clock;
  /** Which messages it takes: those of OSCARS 0.6, when absent, or those of OSCARS 0.5 and DRAGON. */
  readonly version?: "0.6" | "0.5";
  /** How long each step takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** Subjects of certificates by which requests must be signed; nobody signs when absent. */
  readonly signers?: ReadonlySet<string>;
  /** Whether a reservation that is active may change its rate; most servers say no. */
  readonly changesActive?: boolean;
  /** Whether the labels of a circuit's two ends may differ; they may when absent. */
  readonly swapsLabels?: boolean;
  /** Its inventory, for who asks; most servers do not tell. */
  readonly topology?: CtrlPlaneTopology;
  /** Carries what it tells those who subscribe; absent, nobody can. */
  readonly http?: HttpClient;
  /** Attaches a data plane: told of every circuit that begins, or ceases, to carry frames. */
  readonly onCircuit?: (change: CircuitChange) => void;
}
