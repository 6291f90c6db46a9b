import { type Claim, Ledger } from "../ledger.ts";
import type { ProjectId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import {
  claimBeside,
  growthFault,
  growthOf,
  holderOf,
  recordClaim,
  reserveGrowth,
} from "../network/claims.ts";
import type { NetworkRecord } from "../network/record.ts";
import { type BandwidthUnits, resourcesInUnits } from "../network/resources-in-units.ts";
import type { Topology } from "../topology.ts";

/** What networks hold in the ledger, and what is held back. */
export class Holdings {
  #ledger: Ledger;
  readonly #unitOf: BandwidthUnits;
  /** Who holds, for a network, what it has beside its record's claim. */
  readonly #beside = new Map<ProjectId, readonly string[]>();

  constructor(topology: Topology, unitOf: BandwidthUnits) {
    this.#unitOf = unitOf;
    this.#ledger = Ledger.over(resourcesInUnits(topology, unitOf));
  }

  /** The ledger of this instant. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** There is what `topology` has from now on; what is held stays held. */
  setTopology(topology: Topology): void {
    this.#ledger = this.#ledger.withResources(resourcesInUnits(topology, this.#unitOf));
  }

  /** Whether what is claimed beyond what its holder has is free. */
  hasRoomFor(claim: Claim): boolean {
    return growthFault(this.#ledger, claim) === undefined;
  }

  /** Holds what a record has already, whatever there is today. */
  keepRecord(record: NetworkRecord): void {
    this.keep(recordClaim(record));
    this.#keepBeside(record);
  }

  /** Holds what a record has in place of what its project held; it must have been found free. */
  replace(record: NetworkRecord): void {
    this.#letGoBeside(record.project);
    const claim = recordClaim(record);
    const replaced = this.#ledger.replace(claim);
    if (replaced.isOk()) this.#ledger = replaced.value;
    else {
      // What it has already may be more than there is today.
      invariant(this.hasRoomFor(claim), `what was decided for ${record.project} is free`);
      this.keep(claim);
    }
    this.#keepBeside(record);
  }

  /** Holds what `claim` has beyond what its holder has, until what is given is called. */
  hold(claim: Claim): () => void {
    const growth = growthOf(this.#ledger, claim);
    const held = reserveGrowth(this.#ledger, claim);
    invariant(held.isOk(), `what was decided for ${claim.holder} is free`);
    this.#ledger = held.value;
    return () => {
      for (const { holder } of growth) this.release(holder);
    };
  }

  /** Releases all that a project holds. */
  drop(project: ProjectId): void {
    this.#letGoBeside(project);
    this.release(holderOf(project));
  }

  /** Puts on the books what is in use already, even where the topology has less than that today. */
  keep(claim: Claim): void {
    const kept = this.#ledger.keep(claim);
    invariant(kept.isOk(), `no label of ${claim.holder} is anybody else's`);
    this.#ledger = kept.value;
  }

  release(holder: string): void {
    this.#ledger = this.#ledger.release(holder);
  }

  #keepBeside(record: NetworkRecord): void {
    const claim = claimBeside(record);
    if (claim === undefined) return;
    const growth = growthOf(this.#ledger, claim);
    for (const part of growth) this.keep(part);
    const holders = growth.map(({ holder }) => holder);
    this.#beside.set(record.project, holders);
  }

  #letGoBeside(project: ProjectId): void {
    for (const holder of this.#beside.get(project) ?? []) this.release(holder);
    this.#beside.delete(project);
  }
}
