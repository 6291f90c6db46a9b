import { type Result, ResultAsync } from "neverthrow";
import type { Attachment } from "../../model/attachment.ts";
import type { NetworkNumber } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import { unlessAborted } from "../driver-call.ts";
import { EXACT_MASK, networkCookie, OWNER_MASK, ownerCookie } from "./compile/cookie.ts";
import type { ProgramDiff } from "./compile/diff.ts";
import { type Holdings, sortHoldings } from "./compile/holdings.ts";
import { pipelineTable } from "./compile/pipeline.ts";
import { emptyProgram } from "./compile/program.ts";
import { programmed, type SwitchProfile } from "./compile/switch-profile.ts";
import { Gate } from "./gate.ts";
import { AddressTeacher, type TeacherContext } from "./learning/address-teacher.ts";
import {
  countLearned,
  type FullIngress,
  fullIngresses,
  type LearnedCounts,
} from "./learning/full-ingress.ts";
import { KnownAddresses } from "./learning/known-addresses.ts";
import type { Judgement } from "./network-change.ts";
import { OrphanBook } from "./orphan-book.ts";
import type { Orphans } from "./orphans.ts";
import { SwitchProber } from "./probe/switch-prober.ts";
import { RoomKeeper } from "./room-keeper.ts";
import type { SessionError } from "./session-error.ts";
import { isSameStanding, type Standing } from "./statistics/delivery-history.ts";
import { metersOf, type NodeCounters, nodeCounters } from "./statistics/network-counters.ts";
import { NetworkOnSwitch, type RulesSource } from "./switch-network.ts";
import type { SwitchPorts } from "./switch-ports.ts";
import { type NodeProblem, problemsOf } from "./switch-problem.ts";
import { readQueues, sameQueues } from "./switch-queues.ts";
import { type SendingErrors, SwitchSender } from "./switch-sender.ts";
import type { SwitchTools } from "./switch-tools.ts";
import { SwitchWork } from "./switch-work.ts";
import type { FlowStats } from "./wire/flow.ts";
import type { GroupDesc } from "./wire/group.ts";
import type { MeterConfig } from "./wire/meter.ts";

/** Why work is left that nobody waits for any more. */
const NOBODY_WAITS: readonly NodeProblem[] = problemsOf({ type: "aborted" });

/** How many networks are worked on at once; with what each of them asks, less than a session takes. */
const MAX_NETWORKS_AT_ONCE = 128;

/** Everything of ours that a switch held at one moment. */
export interface Reading extends Disposable {
  readonly held: Holdings;
  /** What belongs to no network; its numbers are claimed. */
  readonly orphans: Orphans;
  /** How much the switch has learned itself. */
  readonly learned: LearnedCounts;
  /** Networks that were worked on since: of them the reading says nothing. */
  readonly busy: ReadonlySet<NetworkNumber>;
}

/** What was read of a switch at one moment. */
interface Dump {
  readonly flows: readonly FlowStats[];
  readonly groups: ReadonlyMap<number, GroupDesc>;
  readonly meters: ReadonlyMap<number, MeterConfig>;
}

/** A switch for as long as one connection to it lasts: what it holds that is ours, by network. */
export class LiveSwitch {
  readonly #tools: SwitchTools & { profile: SwitchProfile };
  readonly #networks = new Map<NetworkNumber, NetworkOnSwitch>();
  readonly #work: SwitchWork;
  readonly #gate = new Gate(MAX_NETWORKS_AT_ONCE);
  /** Groups and meters with numbers of ours that belong to no network. */
  readonly orphans: OrphanBook;
  /** How much room there is on it. */
  readonly room: RoomKeeper;
  readonly #retired: AbortController;
  /** For each reading in use, the networks worked on since it began. */
  readonly #busy = new Set<Set<NetworkNumber>>();

  /** For who has read what the switch can do, see `openSwitch`. */
  constructor(tools: Omit<SwitchTools, "retired" | "sender">) {
    this.#retired = new AbortController();
    const { signal: retired } = this.#retired;
    const { session, dialect, profile } = tools;
    const { bundles } = profile;
    const failed = (errors: SendingErrors): void => this.room.refused(errors);
    const sender = new SwitchSender({ session, dialect, bundles, retired, failed });
    this.#tools = { ...tools, sender, retired };
    this.orphans = new OrphanBook(this.#tools);
    this.room = new RoomKeeper({
      tools: this.#tools,
      orphans: this.orphans,
      on: (network) => this.#networks.get(network),
      isQuiet: () => this.#networksInUse().length === 0,
    });
    this.#work = new SwitchWork({
      tools: this.#tools,
      holdings: () => this.holdings(),
      networks: () => this.#networks.size,
    });
  }

  /** The node's ports as they are on this switch. */
  get ports(): SwitchPorts {
    return this.#tools.ports;
  }

  /** Sends and catches packets at the switch. */
  get prober(): SwitchProber {
    return new SwitchProber({ ...this.#tools, version: this.#tools.profile.version });
  }

  /** Learns addresses for the switch, as far as it does not do that itself. */
  teacher(context: Pick<TeacherContext, "rulesOf" | "held" | "full">): AddressTeacher {
    return new AddressTeacher({ ...this.#tools, ...context });
  }

  /** Reads what came in and left for a network at some of its attachments, and what its meters dropped. */
  counters(
    network: NetworkNumber,
    ends: readonly Attachment[],
  ): ResultAsync<NodeCounters, SessionError> {
    const { reader, options, ports, clock } = this.#tools;
    const cookie = networkCookie(options.cookiePrefix, network);
    const standing = this.#standing(network);
    return reader.flows(cookie, EXACT_MASK).andThen((flows) =>
      reader.meterStats(metersOf(flows)).map((meters) => {
        const { table } = options;
        const still = this.#standing(network);
        return nodeCounters(ends, {
          ...{ flows, meters, table, numbers: ports.numbers(), atMs: clock.now() },
          deliveries: isSameStanding(standing, still) ? still : undefined,
        });
      }),
    );
  }

  /** What a network is known to have here, while nobody else may change it. */
  #standing(network: NetworkNumber): Standing | undefined {
    const its = this.#networks.get(network);
    const program = its?.settled;
    if (its === undefined || program === undefined || this.#retired.signal.aborted)
      return undefined;
    const { deliveries } = its;
    return { program, history: deliveries, version: deliveries.version };
  }

  /** Where addresses are. */
  get addresses(): KnownAddresses {
    return new KnownAddresses(this.#tools);
  }

  /** What the switch can do. */
  get profile(): SwitchProfile {
    return this.#tools.profile;
  }

  /** Whether the switch can carry these rules of a network. */
  canCarry(rules: readonly ForwardingRule[], network: NetworkNumber): boolean {
    return this.#tools.drafts.prepare(rules, network, this.profile);
  }

  /** Reads the queues of ports again, where frames are to leave by some. */
  readQueues(): ResultAsync<void, SessionError> {
    const { session, ports, profile } = this.#tools;
    return readQueues(session, profile.version, ports)
      .andTee((queues) => {
        if (sameQueues(queues, this.profile)) return;
        this.#tools.profile = { ...this.profile, ...queues };
      })
      .map(() => undefined);
  }

  /** The networks of which the switch holds something, or did. */
  get networks(): readonly NetworkNumber[] {
    return [...this.#networks.keys()];
  }

  /** Whether it is known what the switch holds of a network, some of which there is, and nothing is under way. */
  isSettled(network: NetworkNumber): boolean {
    const its = this.#networks.get(network);
    return its?.isCertain === true && !its.turns.isInUse;
  }

  /** Resolves when nothing is under way of what a network has on the switch. */
  async idle(network: NetworkNumber): Promise<void> {
    await this.#networks.get(network)?.turns.idle();
  }

  /** Nothing is sent any more that changes the switch, not even what waits to be sent. */
  retire(): void {
    this.#retired.abort();
    this.#tools.session.abandonBatches();
  }

  /** Works on what the switch holds of a network; networks of which it holds nothing are dropped. */
  on<T>(network: NetworkNumber, task: (network: NetworkOnSwitch) => Promise<T>): Promise<T> {
    return this.#use(network, (its) => this.#gate.run(() => task(its)));
  }

  /**
   * Looks at what the switch holds of a network while somebody else is its master, who gives and frees
   * numbers of groups and meters unseen: nothing follows from what was read before.
   */
  lookAt<T>(network: NetworkNumber, task: (network: NetworkOnSwitch) => Promise<T>): Promise<T> {
    const { groupIds, meterIds } = this.#tools;
    const tools = { ...this.#tools, groupIds: groupIds.blank(), meterIds: meterIds.blank() };
    return this.#gate.run(() => task(new NetworkOnSwitch(tools, network)));
  }

  /** Brings a network to what the rules say, see {@link SwitchWork}; it goes on when nobody waits. */
  bring(
    network: NetworkNumber,
    rules: RulesSource,
    signal: AbortSignal,
  ): ResultAsync<readonly ProgramDiff[], readonly NodeProblem[]> {
    const brought = this.#use(network, (its) => this.#work.bring({ network, its, rules, signal }));
    return unlessAborted(brought, signal, NOBODY_WAITS);
  }

  /**
   * Reads everything of ours that the switch holds, to be judged and disposed of. No number that a
   * network has there is given to another from then on, in whatever order they are judged.
   */
  read(): ResultAsync<Reading, SessionError> {
    const busy = new Set(this.#networksInUse());
    this.#busy.add(busy);
    const end = (): void => void this.#busy.delete(busy);
    return ResultAsync.combine([this.#dump(), this.room.counts()])
      .map(([dump, counts]) => {
        this.room.seeFlows(counts, dump.flows, busy.size === 0);
        const held = this.#sort(dump);
        for (const [network, its] of held.networks) {
          if (!busy.has(network)) this.#at(network).claim(its);
        }
        const orphans = this.orphans.claim(held);
        return { held, orphans, learned: this.#learned(dump), busy, [Symbol.dispose]: end };
      })
      .orTee(end);
  }

  /** Where a network has as many addresses as it may, by what the switch has learned itself. */
  full(
    { learned }: Reading,
    network: NetworkNumber,
    rules: readonly ForwardingRule[],
  ): readonly FullIngress[] {
    if (learned.size === 0) return [];
    const { cookiePrefix } = this.#tools.options;
    return fullIngresses(learned, network, rules, { cookiePrefix, numbers: this.ports.numbers() });
  }

  #learned({ flows }: Dump): LearnedCounts {
    const { table, learning } = this.#tools.options;
    return programmed(this.profile, learning).learns
      ? countLearned(flows, table + pipelineTable.addresses)
      : new Map();
  }

  /** Compares what was read of a network that is not busy with what the rules say. */
  judge(
    { held }: Reading,
    network: NetworkNumber,
    rules: readonly ForwardingRule[],
  ): Result<Judgement, readonly NodeProblem[]> {
    const its = this.#at(network);
    const judged = its.judge(held.networks.get(network) ?? emptyProgram, held.orphans, rules);
    this.room.note(network, its, judged.unwrapOr(undefined)?.wanted);
    if (its.isVacant) this.#networks.delete(network);
    return judged;
  }

  /** Everything of ours that the switch holds now. */
  holdings(): ResultAsync<Holdings, SessionError> {
    return this.#dump().map((dump) => this.#sort(dump));
  }

  /** All flows of ours, all groups and all meters. */
  #dump(): ResultAsync<Dump, SessionError> {
    const { reader, options } = this.#tools;
    return ResultAsync.combine([
      reader.flows(ownerCookie(options.cookiePrefix), OWNER_MASK),
      reader.groups(),
      reader.allMeters(),
    ])
      .map(([flows, groups, meters]) => ({ flows, groups, meters }))
      .andTee(({ groups, meters }) => this.room.seeOthers(groups, meters));
  }

  #sort({ flows, groups, meters }: Dump): Holdings {
    const { groupIds, meterIds } = this.#tools;
    return sortHoldings(flows, {
      groups: new Map([...groups].filter(([id]) => groupIds.owns(id))),
      meters: new Map([...meters].filter(([id]) => meterIds.owns(id))),
    });
  }

  #networksInUse(): readonly NetworkNumber[] {
    return [...this.#networks].filter(([, its]) => its.turns.isInUse).map(([network]) => network);
  }

  async #use<T>(
    network: NetworkNumber,
    task: (network: NetworkOnSwitch) => Promise<T>,
  ): Promise<T> {
    const its = this.#at(network);
    for (const busy of this.#busy) busy.add(network);
    const value = await its.turns.use(() => task(its));
    this.room.note(network, its);
    if (its.isVacant) this.#networks.delete(network);
    return value;
  }

  #at(network: NetworkNumber): NetworkOnSwitch {
    const its = this.#networks.get(network) ?? new NetworkOnSwitch(this.#tools, network);
    this.#networks.set(network, its);
    return its;
  }
}
