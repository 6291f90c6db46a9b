import {
  type Channel,
  linkChannel,
  linkLabels,
  linkOfChannel,
  linkOfLabels,
  portOfChannel,
} from "../../ledger/channel.ts";
import type { Ledger, LedgerChanges } from "../../ledger.ts";
import { linkId } from "../../model/ids.ts";
import { type Interval, isEmpty } from "../../model/interval.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { VniSet } from "../../model/vni-set.ts";
import { type Graph, linkIdOf, metricOf } from "./graph.ts";
import { congestionCost, costWhenFull, type LinkCost, steepnessesOf } from "./link-cost.ts";
import { LinkTable } from "./link-table.ts";
import type { LinkUps } from "./link-ups.ts";
import { periodOf } from "./period.ts";
import { TICKS } from "./ticks.ts";

/**
 * What a ledger has left of each link over one interval, as arrays that searches read.
 *
 * A number is `NaN` until {@link LedgerView.load} has asked the ledger for it. When the view goes
 * over to another ledger it forgets what is not the same there, and no more: that costs as much as
 * the changes between the two. So what is in the arrays never depends on which ledgers came before.
 * To load a link costs as much as the claims on it, once.
 */
export class LedgerView {
  /** Of each arc: what is free in its direction, bit/s. */
  readonly residuals: Float64Array;
  /** Of each link: its metric, raised by what is taken. */
  readonly costs: Float64Array;
  readonly #graph: Graph;
  readonly #interval: Interval;
  readonly #labels: (VlanSet | undefined)[];
  /** Of links whose labels are VNIs. */
  readonly #vnis = new Map<number, VniSet>();
  #steepnesses: Float64Array | undefined;
  readonly #tables: OwnTable[] = [];
  #ledger: Ledger;

  constructor(graph: Graph, interval: Interval, ledger: Ledger) {
    this.#graph = graph;
    this.#interval = interval;
    this.#ledger = ledger;
    this.residuals = new Float64Array(graph.heads.length).fill(Number.NaN);
    this.costs = new Float64Array(graph.linkIds.length).fill(Number.NaN);
    this.#labels = Array.from({ length: graph.linkIds.length });
  }

  /** Whether the view is over just these instants. */
  isOver({ start, end }: Interval): boolean {
    return this.#interval.start === start && this.#interval.end === end;
  }

  /** Makes this the view of `ledger`. */
  follow(ledger: Ledger): void {
    if (ledger === this.#ledger) return;
    const changes = ledger.changesSince(this.#ledger);
    this.#ledger = ledger;
    if (changes === undefined) {
      this.residuals.fill(Number.NaN);
      this.costs.fill(Number.NaN);
      for (const { table } of this.#tables) table.forgetAll();
      this.#labels.fill(undefined);
      this.#vnis.clear();
      return;
    }
    this.#forget(changes);
  }

  /**
   * The view of the same ledger over `interval`, which has what does not depend on time from this one. O(E), and
   * what the ledger takes to tell what does.
   */
  over(interval: Interval): LedgerView {
    const view = new LedgerView(this.#graph, interval, this.#ledger);
    // At no time nothing is held at all.
    if (isEmpty(interval) || isEmpty(this.#interval)) return view;
    view.residuals.set(this.residuals);
    view.costs.set(this.costs);
    for (const [link, labels] of this.#labels.entries()) view.#labels[link] = labels;
    for (const [link, vnis] of this.#vnis) view.#vnis.set(link, vnis);
    view.#steepnesses = this.#steepnesses;
    view.#tables.push(...this.#tables.map((own) => ({ ...own, table: own.table.copy(view) })));
    view.#forget(this.#ledger.changesInTime());
    return view;
  }

  #forget({ channels, spaces }: LedgerChanges): void {
    for (const channel of channels) {
      this.#forgetBandwidth(this.#indexOf(linkOfChannel(channel)));
      this.#forgetSharing(channel);
    }
    for (const space of spaces) this.#forgetLabels(linkOfLabels(space));
  }

  /** Fills in the numbers of `link`. */
  load(link: number): void {
    const graph = this.#graph;
    const [onward, back] = [2 * link, 2 * link + 1];
    const forward = this.#ledger.residual(channelOf(graph, onward), this.#interval);
    const backward = this.#ledger.residual(channelOf(graph, back), this.#interval);
    const room = Math.min(forward, backward);
    this.residuals[onward] = forward;
    this.residuals[back] = backward;
    this.costs[link] = this.#cost(link, room);
    for (const own of this.#tables) this.#write(link, own);
  }

  /** What searches read of the links that `ups` tells to be up, or of all, if they cost so much. */
  table(kind: LinkCost, ups?: LinkUps): LinkTable {
    const isOfAll = ups === undefined;
    const known = this.#tables.find((own) => own.kind === kind && own.isOfAll === isOfAll);
    const { table } = known ?? this.#addTable(kind, ups);
    if (ups !== undefined) table.follow(ups);
    return table;
  }

  #addTable(kind: LinkCost, ups: LinkUps | undefined): OwnTable {
    const isFixed = kind === "metric";
    const { greatest } = this.#graph.metricRange;
    const greatestStep = TICKS * (isFixed ? greatest : costWhenFull(greatest));
    const form = { greatestStep, grain: this.#grain(kind), isFixed, ups };
    const table = new LinkTable(this.#graph, this, form);
    const own = { kind, isOfAll: ups === undefined, table };
    this.#tables.push(own);
    for (let link = 0; link < this.costs.length; link++) {
      if (!Number.isNaN(this.costs[link])) this.#write(link, own);
    }
    return own;
  }

  #grain(kind: LinkCost): number {
    if (!this.#graph.metricRange.areWhole) return 0;
    return kind === "metric" ? periodOf(this.#graph) * TICKS : 1;
  }

  /** What `link` costs; how steep costs are is not asked before some link is used. */
  #cost(link: number, room: number): number {
    const metric = metricOf(this.#graph, link);
    const utilisation = this.#utilisation(link, room);
    if (utilisation === 0) return metric;
    this.#steepnesses ??= steepnessesOf(this.#graph);
    return congestionCost(metric, utilisation, this.#steepnesses[link] ?? 1);
  }

  /**
   * What part of `link` is taken, from 0 to 1: half of it what is taken at the worst instant, half
   * the average over the interval, for what is soon free again is in the way of less.
   */
  #utilisation(link: number, room: number): number {
    const channels = [2 * link, 2 * link + 1].map((arc) => channelOf(this.#graph, arc));
    const capacities = channels.map((channel) => this.#ledger.capacity(channel));
    const capacity = Math.min(...capacities);
    if (capacity <= 0) return 1;
    const means = channels.map((channel) => this.#ledger.meanLoad(channel, this.#interval));
    const taken = (capacity - room + Math.max(...means)) / 2;
    return Math.min(1, Math.max(0, taken / capacity));
  }

  /** The labels that nobody has on `link`; where they are VNIs, all VLANs stand for some, and none for none. */
  freeLabels(link: number): VlanSet {
    const known = this.#labels[link];
    if (known !== undefined) return known;
    const vnis = this.freeVnis(link);
    const labels =
      vnis === undefined
        ? this.#ledger.freeLabels(linkLabels(linkIdOf(this.#graph, link)), this.#interval)
        : vnis.isEmpty
          ? VlanSet.empty
          : VlanSet.all;
    this.#labels[link] = labels;
    return labels;
  }

  /** The VNIs that nobody has on `link`; `undefined` where labels are VLANs. */
  freeVnis(link: number): VniSet | undefined {
    if (this.#graph.hasVnis[link] !== 1) return undefined;
    const space = linkLabels(linkIdOf(this.#graph, link));
    const vnis = this.#vnis.get(link) ?? this.#ledger.freeVnis(space, this.#interval);
    if (vnis !== undefined) this.#vnis.set(link, vnis);
    return vnis;
  }

  /** Writes what is known of `link` where searches read it. */
  #write(link: number, { kind, table }: OwnTable): void {
    const cost = kind === "metric" ? metricOf(this.#graph, link) : (this.costs[link] ?? 0);
    const room = Math.min(this.residuals[2 * link] ?? 0, this.residuals[2 * link + 1] ?? 0);
    table.set(link, { cost, room });
  }

  /** What is left of a link depends on all that it shares a port with. */
  #forgetSharing(channel: string): void {
    const link = this.#indexOf(linkOfChannel(channel));
    for (const { port, arcs } of this.#graph.sharedPorts) {
      const links = arcs.map((arc) => arc >> 1);
      if (portOfChannel(channel) !== port && (link === undefined || !links.includes(link)))
        continue;
      for (const one of links) this.#forgetBandwidth(one);
    }
  }

  #forgetBandwidth(link: number | undefined): void {
    if (link === undefined) return;
    this.residuals.fill(Number.NaN, 2 * link, 2 * link + 2);
    this.costs[link] = Number.NaN;
    for (const { table } of this.#tables) table.forget(link);
  }

  #forgetLabels(id: string | undefined): void {
    const link = this.#indexOf(id);
    if (link === undefined) return;
    this.#labels[link] = undefined;
    this.#vnis.delete(link);
  }

  #indexOf(id: string | undefined): number | undefined {
    return id === undefined ? undefined : this.#graph.linkOf.get(linkId(id));
  }
}

/** A table, and of what: what links cost, and whether all of them count as up. */
interface OwnTable {
  readonly kind: LinkCost;
  readonly isOfAll: boolean;
  readonly table: LinkTable;
}

/**
 * The view of `ledger` over `interval`. A graph has one for each of the last few intervals that were
 * asked for, and what was loaded for one ledger serves the next; so whoever keeps a view calls
 * {@link LedgerView.follow} before reading it again.
 */
export function ledgerView(graph: Graph, interval: Interval, ledger: Ledger): LedgerView {
  const known = views.get(graph) ?? NO_VIEWS;
  const [latest] = known;
  if (latest?.isOver(interval)) {
    latest.follow(ledger);
    return latest;
  }
  const found = known.find((view) => view.isOver(interval));
  found?.follow(ledger);
  latest?.follow(ledger);
  const view = found ?? latest?.over(interval) ?? new LedgerView(graph, interval, ledger);
  views.set(graph, [view, ...known.filter((other) => other !== view)].slice(0, MAX_VIEWS));
  return view;
}

/** The channel of the ledger that `arc` stands for. */
export function channelOf(graph: Graph, arc: number): Channel {
  return linkChannel(linkIdOf(graph, arc >> 1), (arc & 1) === 0 ? "forward" : "backward");
}

/** How many intervals' views a graph keeps. */
const MAX_VIEWS = 2;

const NO_VIEWS: readonly LedgerView[] = [];

const views = new WeakMap<Graph, readonly LedgerView[]>();
