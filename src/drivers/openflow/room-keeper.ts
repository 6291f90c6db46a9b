import { okAsync, ResultAsync } from "neverthrow";
import { steadyMs } from "../../model/clock.ts";
import type { NetworkNumber } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import type { Rejection } from "./channel/channel-effect.ts";
import { OWNER_MASK, ownerCookie } from "./compile/cookie.ts";
import {
  type Demand,
  demandOfDraft,
  demandOfProgram,
  demandOfWay,
  greatestDemand,
  NO_DEMAND,
  type Resource,
} from "./compile/demand.ts";
import type { Draft } from "./compile/draft.ts";
import { emptyProgram, type NodeProgram } from "./compile/program.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { OrphanBook } from "./orphan-book.ts";
import type { SessionError } from "./session-error.ts";
import type { NetworkOnSwitch } from "./switch-network.ts";
import type { NodeProblem } from "./switch-problem.ts";
import { SwitchRoom } from "./switch-room.ts";
import type { SendingErrors } from "./switch-sender.ts";
import {
  limitedTables,
  type PerTable,
  readTableCounts,
  readTableSizes,
  sameTableSizes,
} from "./switch-tables.ts";
import type { SwitchTools } from "./switch-tools.ts";
import type { FlowStats } from "./wire/flow.ts";
import type { GroupDesc } from "./wire/group.ts";
import type { MeterConfig } from "./wire/meter.ts";

/** What a room keeper works with. */
export interface RoomKeeperContext {
  readonly tools: SwitchTools & { profile: SwitchProfile };
  readonly orphans: Pick<OrphanBook, "counts">;
  /** What the switch holds of a network, if it does, or did. */
  readonly on: (network: NetworkNumber) => NetworkOnSwitch | undefined;
  /** Whether nothing is under way that changes the switch. */
  readonly isQuiet: () => boolean;
}

/** What a network should do, in one state after another. */
export type Way = readonly (readonly ForwardingRule[])[];

/** Who asks again and again is not answered from what was read anew each time. */
const LOOK_AGAIN_AFTER_MS = 1_000;

/** How long nothing more is told of what was seen between two audits. */
const TELL_AGAIN_AFTER_MS = 30_000;

/** Keeps how much room one connected switch has, and says for what it is enough. */
export class RoomKeeper {
  readonly #context: RoomKeeperContext;
  readonly #room: SwitchRoom;
  /** What it takes to come to a draft: that is asked before a change, and kept during it. */
  readonly #counted = new WeakMap<
    Draft,
    { readonly held: NodeProgram; readonly states: number; readonly demand: Demand }
  >();
  readonly #listeners = new Set<() => void>();
  #hasCounted = false;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: RoomKeeperContext) {
    const { tools, orphans } = context;
    const { groupIds, meterIds } = tools;
    this.#context = context;
    this.#room = new SwitchRoom({
      ...{ groupIds, meterIds },
      orphans: () => orphans.counts,
      profile: () => tools.profile,
    });
  }

  /** Why a network cannot go this way from where it is; empty when it can, or that is not known. */
  shortages(network: NetworkNumber, way: Way): readonly NodeProblem[] {
    const demand = this.#demand(network, way);
    const shortages = this.#room.shortages(network, demand);
    if (shortages.length === 0) return shortages;
    this.#room.lack(network, demand);
    // Somebody else may have left since; nobody tells us.
    if (this.#room.dependsOnOthers(demand)) void this.#lookAgain();
    return shortages;
  }

  /** Notes what the switch has refused because it is full, whatever it has said of its room before. */
  refused(errors: SendingErrors): void {
    const all = errors.flatMap((error) => ("rejections" in error ? error.rejections : []));
    for (const resource of all.flatMap(exhaustedBy)) this.#room.exhaust(resource);
  }

  /** Calls back where others have left room for what was refused for want of it. */
  subscribe(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Tells if, by all that was read in an audit, there is room for what was refused for want of it. */
  audited(): void {
    const isRegained = this.#room.regained();
    if (this.#room.replenished() || isRegained) this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Keeps room for a network to go this way, and back, until it is disposed of. */
  promise(network: NetworkNumber, way: Way): Disposable {
    return this.#room.promise(network, this.#demand(network, way));
  }

  /** From now on the switch is to hold this of a network. */
  want(network: NetworkNumber, rules: readonly ForwardingRule[]): void {
    const draft = rules.length === 0 ? undefined : this.#draft(network, rules);
    this.#room.want(network, draft === undefined ? NO_DEMAND : demandOfDraft(draft));
  }

  /** Notes what the switch holds of a network now that it was worked on, or read. */
  note(network: NetworkNumber, its: NetworkOnSwitch, wanted?: NodeProgram): void {
    this.#room.hold(network, its.isVacant ? NO_DEMAND : its.demand);
    if (wanted !== undefined) this.#room.want(network, demandOfProgram(wanted));
  }

  /** Notes what somebody else has of all groups and meters that there are. */
  seeOthers(
    groups: ReadonlyMap<number, GroupDesc>,
    meters: ReadonlyMap<number, MeterConfig>,
  ): void {
    const { groupIds, meterIds } = this.#context.tools;
    const theirs = [...groups.values()].filter(({ group }) => !groupIds.owns(group));
    const ofType = (type: string): number =>
      theirs.filter(({ groupType }) => groupType === type).length;
    this.#room.see("all", ofType("all"));
    this.#room.see("fast-failover", ofType("fast-failover"));
    this.#room.see("meters", [...meters.keys()].filter((id) => !meterIds.owns(id)).length);
  }

  /**
   * How many flows there are in each table of which it is known how many it takes; asked at first, and, with
   * how many those are now, while somebody lacks room in one.
   */
  counts(): ResultAsync<PerTable, SessionError> {
    const { session, profile } = this.#context.tools;
    const isFirst = !this.#hasCounted;
    if (this.#tables().length === 0 || !(isFirst || this.#room.lacksTable)) {
      return okAsync(new Map());
    }
    this.#hasCounted = true;
    const counts = readTableCounts(session, profile);
    return isFirst ? counts : this.#sizes().andThen(() => counts);
  }

  /** Notes how many flows of somebody else there are; `isQuiet` says that nothing has changed while these were read. */
  seeFlows(counts: PerTable, ours: readonly Pick<FlowStats, "table">[], isQuiet: boolean): void {
    const own = new Map<number, number>();
    for (const { table } of ours) own.set(table, 1 + (own.get(table) ?? 0));
    this.#seeTables(counts, own, isQuiet);
  }

  #seeTables(counts: PerTable, own: PerTable, isQuiet: boolean): void {
    for (const table of this.#tables()) {
      const all = counts.get(table);
      if (all === undefined) continue;
      const others = all - (own.get(table) ?? 0);
      // While flows of ours come and go, some of them may look like somebody else's.
      this.#room.see(table, isQuiet ? others : Math.min(others, this.#room.othersOf(table)));
    }
  }

  #demand(network: NetworkNumber, way: Way): Demand {
    const drafts = way.flatMap((rules) => this.#draft(network, rules) ?? []);
    const last = drafts.at(-1);
    if (last === undefined) return NO_DEMAND;
    const its = this.#context.on(network);
    const held = its === undefined ? emptyProgram : its.settled;
    if (held === undefined) return greatestDemand(drafts.map(demandOfDraft));
    const known = this.#counted.get(last);
    if (known?.held === held && known.states === drafts.length) return known.demand;
    const demand = demandOfWay(held, drafts);
    this.#counted.set(last, { held, states: drafts.length, demand });
    return demand;
  }

  #draft(network: NetworkNumber, rules: readonly ForwardingRule[]): Draft | undefined {
    const { drafts, profile } = this.#context.tools;
    return drafts.prepared(rules, network, profile);
  }

  #tables(): readonly number[] {
    const { profile, options } = this.#context.tools;
    return limitedTables(profile, options.table);
  }

  /** Reads anew how much room there is, and what somebody else has of it: nobody waits for that. */
  async #lookAgain(): Promise<void> {
    const { tools, isQuiet } = this.#context;
    const { clock, session, reader, profile, options } = tools;
    const nowMs = steadyMs(clock);
    if (nowMs < this.#lookedAtMs + LOOK_AGAIN_AFTER_MS) return;
    this.#lookedAtMs = nowMs;
    const wasQuiet = isQuiet();
    const owner = ownerCookie(options.cookiePrefix);
    const own = this.#tables().map((table) =>
      reader.countFlows(owner, OWNER_MASK, table).map((count) => [table, count] as const),
    );
    const read = await ResultAsync.combine([
      this.#sizes(),
      readTableCounts(session, profile),
      ResultAsync.combine(own),
      reader.groups(),
      reader.allMeters(),
    ]);
    if (read.isErr()) return;
    const [, counts, ours, groups, meters] = read.value;
    this.#seeTables(counts, new Map(ours), wasQuiet && isQuiet());
    this.seeOthers(groups, meters);
    // What only trying shows waits for an audit, so that it is not tried again and again; and so does more of the
    // same, where somebody comes and goes all the time.
    if (nowMs < this.#toldAtMs + TELL_AGAIN_AFTER_MS || !this.#room.regained()) return;
    this.#toldAtMs = nowMs;
    this.#tell();
  }

  /** Reads anew how many flows each table takes. */
  #sizes(): ResultAsync<void, SessionError> {
    const { tools } = this.#context;
    return readTableSizes(tools.session, tools.profile)
      .andTee((sizes) => {
        if (sameTableSizes({ ...tools.profile, ...sizes }, tools.profile)) return;
        tools.profile = { ...tools.profile, ...sizes };
      })
      .map(() => undefined);
  }
}

/** Of what a switch has no more that has refused this. */
function exhaustedBy({ request, error }: Rejection): readonly Resource[] {
  if (request.type === "flow-mod") return error.code === "table-full" ? [request.table] : [];
  if (request.type === "meter-mod") return error.code === "out-of-meters" ? ["meters"] : [];
  if (request.type !== "group-mod" || error.code !== "out-of-groups") return [];
  const { groupType } = request;
  return groupType === "all" || groupType === "fast-failover" ? ["groups", groupType] : ["groups"];
}
