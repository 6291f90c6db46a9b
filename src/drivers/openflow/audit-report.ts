import type { DriverCause } from "../../model/errors.ts";
import type { NodeId } from "../../model/ids.ts";
import type { Changes, ProgramDiff } from "./compile/diff.ts";
import type { NodeProgram } from "./compile/program.ts";

/** How many things of one kind are as they should be, and how many are not. */
export interface Verdicts {
  readonly right: number;
  /** There, but other than it should be. */
  readonly wrong: number;
  readonly missing: number;
  /** Ours, but nobody wants it. */
  readonly excess: number;
}

/** What one audit found at one switch. */
export interface NodeAudit {
  readonly node: NodeId;
  readonly flows: Verdicts;
  readonly groups: Verdicts;
  readonly meters: Verdicts;
  /** Networks that were being worked on: that work reads back by itself what it did. */
  readonly busyNetworks: number;
  /** What was not as it should be and still is not, for people. */
  readonly unrepaired: readonly string[];
}

/** What one audit of a domain found. */
export interface DomainAudit {
  readonly nodes: readonly NodeAudit[];
  /** Why other nodes could not be read; what they hold is not known. */
  readonly unknown: readonly DriverCause[];
}

/** Counts what an audit finds. */
export class AuditCount {
  readonly #flows = new Count();
  readonly #groups = new Count();
  readonly #meters = new Count();

  /** A network, and in what it differs. */
  addNetwork(wanted: NodeProgram, diff: ProgramDiff): void {
    this.#flows.add(wanted.flows.size, diff.flows);
    this.#flows.excess += diff.unlearned.length;
    this.#groups.add(wanted.groups.size, diff.groups);
    this.#meters.add(wanted.meters.size, diff.meters);
  }

  /** Groups and meters that belong to no network. */
  addOrphans({ groups, meters }: Pick<NodeProgram, "groups" | "meters">): void {
    this.#groups.excess += groups.size;
    this.#meters.excess += meters.size;
  }

  /** What was counted so far. */
  get verdicts(): Pick<NodeAudit, "flows" | "groups" | "meters"> {
    return { flows: { ...this.#flows }, groups: { ...this.#groups }, meters: { ...this.#meters } };
  }
}

class Count implements Verdicts {
  right = 0;
  wrong = 0;
  missing = 0;
  excess = 0;

  add(wanted: number, { missing, differing, excess }: Changes<unknown>): void {
    this.right += wanted - missing.length - differing.length;
    this.wrong += differing.length;
    this.missing += missing.length;
    this.excess += excess.length;
  }
}
