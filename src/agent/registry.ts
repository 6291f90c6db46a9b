import { isDeepStrictEqual } from "node:util";
import type { DriverBase } from "../drivers/driver-base.ts";
import type { Claim } from "../ledger.ts";
import {
  type DomainId,
  type NetworkNumber,
  type NodeId,
  networkNumber,
  type ProjectId,
} from "../model/ids.ts";
import type { RateSteps } from "../model/rate-steps.ts";
import { holderOf } from "../network/claims.ts";
import type { View } from "../network/decide.ts";
import { type Owner, type Segments, segmentsOf, withEnd } from "../network/forwarding.ts";
import type { Health, Soundness } from "../network/info.ts";
import { lacksBackup, type Realisation, wholeOf } from "../network/realisation.ts";
import {
  latestOf,
  type NetworkRecord,
  type Quarantine,
  realisationsOf,
} from "../network/record.ts";
import { isDrawnOn, standsAlike } from "../network/standing.ts";
import { treeNodes } from "../network/tree-nodes.ts";
import type { Topology } from "../topology.ts";
import { Holdings } from "./holdings.ts";
import { LinkStates } from "./link-states.ts";
import { Outages } from "./outages.ts";

/** On which terms a domain promises something, as its driver says. */
export type DomainTerms = Pick<DriverBase, "keepsSchedule" | "bandwidthUnit" | "rateSteps">;

/**
 * What an agent knows: the topology, the networks, what they hold in the ledger, and which links are
 * down. All values in it are immutable; a decision is made on the `view` of one instant and put back
 * before anything else happens.
 */
export class Registry implements Health {
  #topology: Topology;
  readonly #holdings: Holdings;
  readonly #records = new Map<ProjectId, NetworkRecord>();
  readonly #projects = new Map<NetworkNumber, ProjectId>();
  readonly #quarantines = new Set<Quarantine>();
  readonly keepsSchedule: (domain: DomainId) => boolean | undefined;
  /** In which steps nodes hold rates that do not hold any, as far as is known now. */
  readonly rateSteps: () => readonly RateSteps[];
  /** Which links are up. */
  readonly links: LinkStates;
  /** Which parts of networks carry nothing. */
  readonly outages: Outages = new Outages();
  /** Which ports a realisation means is a matter of the topology that it was decided on. */
  readonly #decidedOn = new WeakMap<Realisation, Topology>();
  /** What was last made of a realisation: drivers that want it hold the same. */
  readonly #segments = new WeakMap<
    Realisation,
    { readonly topology: Topology; readonly number: NetworkNumber; readonly segments: Segments }
  >();
  /** Whether some network may stand on what the topology does not have any more. */
  #mayHaveStrays = false;
  /** Networks without the backup that they should have. */
  readonly #lackBackup = new Set<ProjectId>();
  #lastNumber = 0;
  /** Numbers are taken that are so much more than a multiple of that. */
  #numbering = { slot: 0, slots: 1 };

  /** `termsOf` tells the terms of the domains; there are none when absent. */
  constructor(
    topology: Topology,
    termsOf: (domain: DomainId) => DomainTerms | undefined = () => undefined,
  ) {
    this.#topology = topology;
    this.keepsSchedule = (domain) => termsOf(domain)?.keepsSchedule;
    this.#holdings = new Holdings(topology, (domain) => termsOf(domain)?.bandwidthUnit);
    this.rateSteps = () =>
      [...this.#topology.domains.keys()].flatMap((one) => termsOf(one)?.rateSteps?.() ?? []);
    this.links = new LinkStates(() => this.#topology);
  }

  get topology(): Topology {
    return this.#topology;
  }

  /** The picture that a decision is made on. */
  view(): View {
    const unsettled = [...this.#quarantines].filter((one) => this.#isInTree(one));
    return {
      topology: this.#topology,
      ledger: this.#holdings.ledger,
      linkState: this.links.linkState,
      unsettled: new Set(unsettled.map(({ project }) => holderOf(project))),
      rateSteps: this.rateSteps,
    };
  }

  /** The nodes that hold what a network has left, as far as they are in none of these trees. */
  leftBehind(number: NetworkNumber, ...realisations: readonly Realisation[]): ReadonlySet<NodeId> {
    const left = [...this.#quarantines].filter((one) => one.number === number);
    if (left.length === 0) return NO_NODES;
    const needed = realisations.map((one) => treeNodes(this.#topology, wholeOf(one)));
    return new Set(
      left
        .flatMap(({ pending }) => pending)
        .filter((node) => !needed.some((nodes) => nodes.has(node))),
    );
  }

  /** Whether one of the pending nodes is a node of the same network's tree. */
  #isInTree({ project, number, pending }: Quarantine): boolean {
    const record = this.record(project);
    if (record?.number !== number) return false;
    const nodes = treeNodes(this.#topology, wholeOf(latestOf(record)));
    return pending.some((node) => nodes.has(node));
  }

  /**
   * Plans from now on are made on `topology`; what is held stays held. Gives the projects whose
   * networks, as they are or as they are to become, cannot stay.
   */
  setTopology(topology: Topology): readonly ProjectId[] {
    const before = this.#topology;
    this.#topology = topology;
    this.#holdings.setTopology(topology);
    const affected = new Set<ProjectId>();
    for (const record of this.#records.values()) {
      for (const realisation of realisationsOf(record)) {
        const decidedOn = this.#decidedOn.get(realisation) ?? before;
        if (standsAlike(decidedOn, topology, realisation)) {
          this.#decidedOn.set(realisation, topology);
        } else affected.add(record.project);
      }
    }
    this.#mayHaveStrays = affected.size > 0;
    return [...affected];
  }

  /** Whether some network may not be sound; quickly told, and rarely for nothing. */
  get mayHaveHurt(): boolean {
    return (
      this.links.mayBeDown ||
      this.#mayHaveStrays ||
      this.#lackBackup.size > 0 ||
      this.outages.areRefused
    );
  }

  /**
   * Whether a realisation can stay on the present topology, and all its links are up; and there is a
   * second way, if that was asked for.
   */
  readonly isSound: Soundness = (realisation) =>
    this.canStay(realisation) &&
    !lacksBackup(realisation) &&
    wholeOf(realisation).links.every(({ link }) => this.links.isUp(link));

  /** Whether a realisation can stay on the present topology. */
  canStay(realisation: Realisation): boolean {
    const decidedOn = this.#decidedOn.get(realisation) ?? this.#topology;
    return standsAlike(decidedOn, this.#topology, realisation);
  }

  /**
   * What the domains do for a realisation, on the ports that it was decided for; nothing, when it
   * came from a store and names what the topology does not have any more.
   */
  segments(owner: Owner, realisation: Realisation): Segments {
    const topology = this.#decidedOn.get(realisation) ?? this.#topology;
    const made = this.#segments.get(realisation);
    const isSame = made?.topology === topology && made.number === owner.number;
    const segments = isSame ? made.segments : this.#makeSegments(topology, owner, realisation);
    return withEnd(segments, realisation.spec.schedule, this.keepsSchedule);
  }

  #makeSegments(topology: Topology, owner: Owner, realisation: Realisation): Segments {
    if (!isDrawnOn(topology, realisation)) return new Map();
    const segments = segmentsOf(topology, owner, realisation);
    this.#segments.set(realisation, { topology, number: owner.number, segments });
    return segments;
  }

  record(project: ProjectId): NetworkRecord | undefined {
    return this.#records.get(project);
  }

  /** The record of the network with this number. */
  recordOf(number: NetworkNumber): NetworkRecord | undefined {
    const project = this.#projects.get(number);
    return project === undefined ? undefined : this.#records.get(project);
  }

  /** Whether what is claimed beyond what its holder has is free. */
  hasRoomFor(claim: Claim): boolean {
    return this.#holdings.hasRoomFor(claim);
  }

  /** How many networks there are. */
  get count(): number {
    return this.#records.size;
  }

  records(): readonly NetworkRecord[] {
    return [...this.#records.values()];
  }

  /** Takes what was read from a store: it holds what it holds, whatever the topology says today. */
  adopt(records: readonly NetworkRecord[], quarantines: readonly Quarantine[]): void {
    for (const record of records) {
      this.#holdings.keepRecord(record);
      this.#note(record);
    }
    for (const quarantine of quarantines) this.quarantine(quarantine);
    this.#mayHaveStrays = records.length > 0;
  }

  /** Takes what somebody has written of a network, of which `before` was known, and dropped. */
  take(record: NetworkRecord, before?: NetworkRecord): void {
    this.#holdings.keepRecord(record);
    for (const realisation of realisationsOf(record)) {
      const same = before && realisationsOf(before).find((one) => isSame(one, realisation));
      const decidedOn = same && this.#decidedOn.get(same);
      if (decidedOn !== undefined) this.#decidedOn.set(realisation, decidedOn);
    }
    this.#note(record);
    if (!realisationsOf(record).every((one) => this.canStay(one))) this.#mayHaveStrays = true;
  }

  /** Replaces a project's record and what it holds, which must have been found free. */
  put(record: NetworkRecord): void {
    this.#holdings.replace(record);
    this.#note(record);
  }

  #note(record: NetworkRecord): void {
    this.#lastNumber = Math.max(this.#lastNumber, record.number);
    this.#records.set(record.project, record);
    this.#projects.set(record.number, record.project);
    if (lacksBackup(latestOf(record))) this.#lackBackup.add(record.project);
    else this.#lackBackup.delete(record.project);
    for (const realisation of realisationsOf(record)) {
      if (!this.#decidedOn.has(realisation)) this.#decidedOn.set(realisation, this.#topology);
    }
  }

  /** Holds what `claim` has beyond what its holder has, until what is given is called. */
  hold(claim: Claim): () => void {
    return this.#holdings.hold(claim);
  }

  /** Forgets a project and releases what it holds. */
  drop(project: ProjectId): void {
    this.#holdings.drop(project);
    const record = this.#records.get(project);
    if (record !== undefined) this.#projects.delete(record.number);
    this.#records.delete(project);
    this.#lackBackup.delete(project);
  }

  /** Holds back what may still be in use; called right after the network gave it up. */
  quarantine(quarantine: Quarantine): void {
    this.#lastNumber = Math.max(this.#lastNumber, quarantine.number, quarantine.id);
    this.#holdings.keep(quarantine.claim);
    this.#quarantines.add(quarantine);
  }

  get quarantineCount(): number {
    return this.#quarantines.size;
  }

  /** What is held back. */
  quarantines(): readonly Quarantine[] {
    return [...this.#quarantines];
  }

  /** Frees what was held back under this id; gives what that was. */
  endQuarantine(id: number): Quarantine | undefined {
    const quarantine = [...this.#quarantines].find((one) => one.id === id);
    if (quarantine === undefined) return undefined;
    this.#quarantines.delete(quarantine);
    this.#holdings.release(quarantine.claim.holder);
    return quarantine;
  }

  /** Notes that `node` was seen clean; gives the quarantines that are over, which are then gone. */
  clean(node: NodeId, concerns: (quarantine: Quarantine) => boolean): readonly Quarantine[] {
    const over: Quarantine[] = [];
    for (const quarantine of [...this.#quarantines].filter(concerns)) {
      const pending = quarantine.pending.filter((one) => one !== node);
      if (pending.length === quarantine.pending.length) continue;
      this.#quarantines.delete(quarantine);
      if (pending.length > 0) this.#quarantines.add({ ...quarantine, pending });
      else {
        this.#holdings.release(quarantine.claim.holder);
        over.push(quarantine);
      }
    }
    return over;
  }

  /** From now on every agent that shares the numbers takes others: those of its slot. */
  shareNumbers(slot: number, slots: number): void {
    this.#numbering = { slot, slots };
  }

  /** A number that no network and no quarantine has, nor had while this agent runs. */
  nextNumber(): NetworkNumber {
    const { slot, slots } = this.#numbering;
    const next = this.#lastNumber + 1;
    this.#lastNumber = next + ((slot - (next % slots) + slots) % slots);
    return networkNumber(this.#lastNumber);
  }
}

const NO_NODES: ReadonlySet<NodeId> = new Set();

/** Whether two say the same; what is read from a store is another object each time. */
function isSame(one: Realisation, other: Realisation): boolean {
  return one.generation === other.generation && isDeepStrictEqual(one, other);
}
