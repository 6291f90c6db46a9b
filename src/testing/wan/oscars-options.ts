import type { Clock } from "../../model/clock.ts";
import type { CircuitChange } from "./circuit-table.ts";
import type { OscarsInventory } from "./oscars-inventory.ts";

/** How a server departs from what one would wish. */
export interface OscarsQuirks {
  /** Nothing that is committed can be built. */
  readonly buildFails?: boolean;
  /** It starts, or stops: every request is answered by 503. */
  readonly outOfService?: boolean;
}

export interface SimOscarsServerOptions extends OscarsInventory {
  readonly clock: Clock;
  readonly quirks?: OscarsQuirks;
  /** Tokens that are taken; anybody may ask when absent. */
  readonly tokens?: ReadonlySet<string>;
  /**
   * Tokens that are as good, of users that may not: `others`, in groups that may not (403); `none`, without any
   * groups, on which the server breaks (500).
   */
  readonly outsiders?: ReadonlyMap<string, "others" | "none">;
  /** How long a circuit takes to build after its begin, in milliseconds; 0 when absent. */
  readonly buildMs?: number;
  /** How long from now a circuit begins at the earliest, in seconds; 30 when absent, as in the field. */
  readonly leadSeconds?: number;
  /** Attaches a data plane: told of every circuit that begins, or ceases, to carry frames. */
  readonly onCircuit?: (change: CircuitChange) => void;
}
