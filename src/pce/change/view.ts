import type { Ledger } from "../../ledger.ts";
import type { Topology } from "../../topology.ts";
import type { LinkState } from "../plan/plan.ts";

/** What plans are made on: the fabric, what it has promised, and what of it works now. */
export interface PlanView {
  readonly topology: Topology;
  readonly ledger: Ledger;
  readonly linkState: LinkState;
}
