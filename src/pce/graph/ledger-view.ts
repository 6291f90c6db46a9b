import {
  type Channel,
  linkChannel,
  linkLabels,
  linkOfChannel,
  linkOfLabels,
} from "../../ledger/channel.ts";
import type { Ledger } from "../../ledger.ts";
import { linkId } from "../../model/ids.ts";
import type { Interval } from "../../model/interval.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import { type Graph, linkIdOf, metricOf, NOWHERE } from "./graph.ts";
import { congestionCost, steepnessesOf } from "./link-cost.ts";

/**
 * What a ledger has left of each link over one interval, as arrays that searches read.
 *
 * A number is `NaN` until {@link LedgerView.load} has asked the ledger for it. When the view goes
 * over to another ledger it forgets what is not the same there, and no more: that costs as much as
 * the changes between the two. So what is in the arrays never depends on which ledgers came before.
 */
export class LedgerView {
  /** Of each arc: what is free in its direction, bit/s. */
  readonly residuals: Float64Array;
  /** By position in `graph.arcs`: what is free in both directions of the link, bit/s. */
  readonly room: Float64Array;
  /** Of each link: its metric, raised by what is taken. */
  readonly costs: Float64Array;
  /** By position in `graph.arcs`: the same. */
  readonly steps: Float64Array;
  readonly #graph: Graph;
  readonly #interval: Interval;
  readonly #labels: (VlanSet | undefined)[];
  #steepnesses: Float64Array | undefined;
  #ledger: Ledger;

  constructor(graph: Graph, interval: Interval, ledger: Ledger) {
    this.#graph = graph;
    this.#interval = interval;
    this.#ledger = ledger;
    this.residuals = new Float64Array(graph.heads.length).fill(Number.NaN);
    this.room = new Float64Array(graph.arcs.length).fill(Number.NaN);
    this.costs = new Float64Array(graph.linkIds.length).fill(Number.NaN);
    this.steps = new Float64Array(graph.arcs.length).fill(Number.NaN);
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
      for (const column of [this.residuals, this.room, this.costs, this.steps]) {
        column.fill(Number.NaN);
      }
      this.#labels.fill(undefined);
      return;
    }
    for (const channel of changes.channels) this.#forgetBandwidth(linkOfChannel(channel));
    for (const space of changes.spaces) this.#forgetLabels(linkOfLabels(space));
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
    this.#set(link, room, this.#cost(link, room));
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

  /** The labels that nobody has on `link`. */
  freeLabels(link: number): VlanSet {
    const known = this.#labels[link];
    if (known !== undefined) return known;
    const space = linkLabels(linkIdOf(this.#graph, link));
    const labels = this.#ledger.freeLabels(space, this.#interval);
    this.#labels[link] = labels;
    return labels;
  }

  #set(link: number, room: number, cost: number): void {
    this.costs[link] = cost;
    for (const arc of [2 * link, 2 * link + 1]) {
      const at = this.#graph.positions[arc] ?? NOWHERE;
      if (at === NOWHERE) continue;
      this.room[at] = room;
      this.steps[at] = cost;
    }
  }

  #forgetBandwidth(id: string | undefined): void {
    const link = this.#indexOf(id);
    if (link === undefined) return;
    this.residuals.fill(Number.NaN, 2 * link, 2 * link + 2);
    this.#set(link, Number.NaN, Number.NaN);
  }

  #forgetLabels(id: string | undefined): void {
    const link = this.#indexOf(id);
    if (link !== undefined) this.#labels[link] = undefined;
  }

  #indexOf(id: string | undefined): number | undefined {
    return id === undefined ? undefined : this.#graph.linkOf.get(linkId(id));
  }
}

/**
 * The view of `ledger` over `interval`. A graph has one for each of the last few intervals that were
 * asked for, and what was loaded for one ledger serves the next; so whoever keeps a view calls
 * {@link LedgerView.follow} before reading it again.
 */
export function ledgerView(graph: Graph, interval: Interval, ledger: Ledger): LedgerView {
  const known = views.get(graph) ?? [];
  const found = known.find((view) => view.isOver(interval));
  const view = found ?? new LedgerView(graph, interval, ledger);
  view.follow(ledger);
  if (view !== known[0]) {
    views.set(graph, [view, ...known.filter((other) => other !== view)].slice(0, MAX_VIEWS));
  }
  return view;
}

/** The channel of the ledger that `arc` stands for. */
export function channelOf(graph: Graph, arc: number): Channel {
  return linkChannel(linkIdOf(graph, arc >> 1), (arc & 1) === 0 ? "forward" : "backward");
}

/** How many intervals' views a graph keeps. */
const MAX_VIEWS = 2;

const views = new WeakMap<Graph, readonly LedgerView[]>();
