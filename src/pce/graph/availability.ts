import { type Channel, linkChannel, linkLabels } from "../../ledger/channel.ts";
import type { Ledger } from "../../ledger.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { LinkState, PlanRequest } from "../plan/plan.ts";
import { endsOf, type Graph, linkIdOf, metricOf, nodeIdOf } from "./graph.ts";
import { congestionCost } from "./link-cost.ts";

/** The parts of a request that say which links it may use, when, and what they cost. */
export type LinkDemand = Pick<PlanRequest, "interval" | "keep" | "exclude" | "cost" | "reprice">;

/**
 * What one request may use of each link. The ledger is asked only about links that a search comes
 * across, and once about each.
 */
export class Availability {
  readonly graph: Graph;
  /** The links that the request keeps, ascending. */
  readonly kept: readonly number[];
  readonly #ledger: Ledger;
  readonly #linkState: LinkState;
  readonly #demand: LinkDemand;
  readonly #keptLabels: ReadonlyMap<number, VlanSet>;
  /** The links of excluded shared risk link groups. */
  readonly #risky: ReadonlySet<number>;
  /** Of each arc, bit/s plus one; zero until it is known. */
  readonly #residuals: Float64Array;
  readonly #usable: Uint8Array;
  /** Of each link; negative until it is known. */
  readonly #costs: Float64Array;
  readonly #labels = new Map<number, VlanSet>();

  constructor(graph: Graph, ledger: Ledger, linkState: LinkState, demand: LinkDemand) {
    this.graph = graph;
    this.#ledger = ledger;
    this.#linkState = linkState;
    this.#demand = demand;
    this.#keptLabels = keptLabels(graph, demand);
    this.#risky = riskyLinks(graph, demand);
    this.kept = [...this.#keptLabels.keys()].sort((x, y) => x - y);
    this.#residuals = new Float64Array(graph.heads.length);
    this.#usable = new Uint8Array(graph.linkIds.length);
    this.#costs = new Float64Array(graph.linkIds.length).fill(-1);
  }

  /** Whether `link` may be in the tree: it is up and not excluded, or the request keeps it. */
  isUsable(link: number): boolean {
    if (this.#usable[link]) return this.#usable[link] === YES;
    const usable =
      this.#keptLabels.has(link) || (!this.#risky.has(link) && this.#isUpAndAllowed(link));
    this.#usable[link] = usable ? YES : NO;
    return usable;
  }

  /** What is free in the direction of `arc` over the whole interval, bit/s. */
  residual(arc: number): number {
    const known = this.#residuals[arc] ?? 0;
    if (known > 0) return known - 1;
    const residual = this.#ledger.residual(channelOf(this.graph, arc), this.#demand.interval);
    this.#residuals[arc] = residual + 1;
    return residual;
  }

  /**
   * What it costs to have `link` in a path or a tree: what every search for this request adds up.
   * Never less than the metric, unless the request has prices of its own; see {@link LinkCost}.
   */
  cost(link: number): number {
    const known = this.#costs[link] ?? -1;
    if (known >= 0) return known;
    const metric = metricOf(this.graph, link);
    const { cost: kind, reprice } = this.#demand;
    const plain = kind === "metric" ? metric : congestionCost(metric, this.#utilisation(link));
    const cost = reprice === undefined ? plain : reprice(linkIdOf(this.graph, link), plain);
    this.#costs[link] = cost;
    return cost;
  }

  /** The labels that the request may have on `link`: those free, or the one it keeps. */
  labels(link: number): VlanSet {
    const known = this.#labels.get(link) ?? this.#keptLabels.get(link);
    if (known !== undefined) return known;
    const space = linkLabels(linkIdOf(this.graph, link));
    const labels = this.#ledger.freeLabels(space, this.#demand.interval);
    this.#labels.set(link, labels);
    return labels;
  }

  /** Which part of the fuller direction is taken, from 0 to 1. */
  #utilisation(link: number): number {
    const capacity = this.#ledger.capacity(channelOf(this.graph, 2 * link));
    const residual = Math.min(this.residual(2 * link), this.residual(2 * link + 1));
    return capacity > 0 ? Math.max(0, 1 - residual / capacity) : 1;
  }

  #isUpAndAllowed(link: number): boolean {
    const id = linkIdOf(this.graph, link);
    const { exclude } = this.#demand;
    if (exclude?.links?.has(id) || !this.#linkState.isUp(id)) return false;
    if (exclude?.nodes === undefined) return true;
    return endsOf(this.graph, link).every(
      (node) => !exclude.nodes?.has(nodeIdOf(this.graph, node)),
    );
  }
}

/** The channel of the ledger that `arc` stands for. */
export function channelOf(graph: Graph, arc: number): Channel {
  return linkChannel(linkIdOf(graph, arc >> 1), (arc & 1) === 0 ? "forward" : "backward");
}

const YES = 1;
const NO = 2;

function keptLabels(graph: Graph, demand: LinkDemand): ReadonlyMap<number, VlanSet> {
  const labels = new Map<number, VlanSet>();
  for (const { link, label } of demand.keep ?? []) {
    const index = graph.linkOf.get(link);
    if (index !== undefined) labels.set(index, VlanSet.of(label));
  }
  return labels;
}

function riskyLinks({ srlgs }: Graph, { exclude }: LinkDemand): ReadonlySet<number> {
  return new Set([...(exclude?.srlgs ?? [])].flatMap((group) => srlgs.get(group) ?? []));
}
