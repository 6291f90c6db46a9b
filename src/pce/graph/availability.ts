import type { Ledger } from "../../ledger.ts";
import type { NodeId } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { isVni } from "../../model/vni.ts";
import { VniSet } from "../../model/vni-set.ts";
import { allLinksUp, type LinkState, type PlanRequest } from "../plan/plan.ts";
import { type Graph, linkIdOf, metricOf } from "./graph.ts";
import { type LedgerView, ledgerView } from "./ledger-view.ts";
import type { LinkTable } from "./link-table.ts";
import { type LinkUps, linkUpsOf } from "./link-ups.ts";

/** The parts of a request that say which links it may use, when, and what they cost. */
export type LinkDemand = Pick<PlanRequest, "interval" | "keep" | "exclude" | "cost" | "reprice">;

/**
 * What one request may use of each link. What the ledger has left comes from a {@link LedgerView},
 * which outlives the request; the link state is asked once about each link that a search comes across, see
 * {@link LinkUps}.
 */
export class Availability {
  readonly graph: Graph;
  /** The links that the request keeps, ascending. */
  readonly kept: readonly number[];
  readonly #ledger: Ledger;
  readonly #linkState: LinkState;
  readonly #demand: LinkDemand;
  readonly #keptLabels: ReadonlyMap<number, KeptLabel>;
  /** The links that the request excludes, by themselves, by a node or by a shared risk link group. */
  readonly #excluded: ReadonlySet<number>;
  readonly #view: LedgerView;
  /** Asked for only once some link is. */
  #ups: LinkUps | undefined;

  constructor(graph: Graph, ledger: Ledger, linkState: LinkState, demand: LinkDemand) {
    this.graph = graph;
    this.#ledger = ledger;
    this.#linkState = linkState;
    this.#demand = demand;
    this.#keptLabels = keptLabels(graph, demand);
    this.#excluded = excludedLinks(graph, demand);
    this.kept = this.#keptLabels === NOTHING_KEPT ? NONE : ascending(this.#keptLabels.keys());
    this.#view = ledgerView(graph, demand.interval, ledger);
  }

  /** The view of the request's ledger: other requests may have been served in between. */
  get #now(): LedgerView {
    this.#view.follow(this.#ledger);
    return this.#view;
  }

  /**
   * What a search may read by itself of links that are up, until the next request is served; of all links
   * where {@link Availability.usability} tells more. `undefined` if the request has prices of its own.
   */
  get table(): LinkTable | undefined {
    const { cost = "congestion", reprice } = this.#demand;
    return reprice === undefined ? this.#now.table(cost, this.#tableUps) : undefined;
  }

  /** Says of a link whether it is usable; `undefined` if every link is that the table has as up. */
  get usability(): ((link: number) => boolean) | undefined {
    const isAsked = this.#excluded.size > 0 || this.#isKeptPerhapsDown;
    return isAsked ? (link) => this.isUsable(link) : undefined;
  }

  get #tableUps(): LinkUps | undefined {
    if (this.#linkState === allLinksUp || this.#isKeptPerhapsDown) return undefined;
    this.#ups ??= linkUpsOf(this.graph, this.#linkState);
    return this.#ups;
  }

  /** Whether there are links that the request may use though they are down. */
  get #isKeptPerhapsDown(): boolean {
    return this.#linkState !== allLinksUp && this.#keptLabels.size > 0;
  }

  /**
   * Whether `link` may be in the tree: it is up, not excluded and has a price, or the request keeps it.
   */
  isUsable(link: number): boolean {
    const isKept = this.#keptLabels.has(link);
    const isAllowed = isKept || (!this.#excluded.has(link) && this.hasPrice(link));
    if (this.#linkState === allLinksUp || !isAllowed) return isAllowed;
    this.#ups ??= linkUpsOf(this.graph, this.#linkState);
    return this.#ups.isUp(link) || this.#keptLabels.has(link);
  }

  /** What is free in the direction of `arc` over the whole interval, bit/s. */
  residual(arc: number): number {
    const { residuals } = this.#loaded(arc >> 1);
    return residuals[arc] ?? 0;
  }

  /**
   * What it costs to have `link` in a path or a tree: what every search for this request adds up.
   * Never less than the metric, unless the request has prices of its own; see {@link LinkCost}.
   */
  cost(link: number): number {
    const { cost: kind, reprice } = this.#demand;
    const plain =
      kind === "metric" ? metricOf(this.graph, link) : (this.#loaded(link).costs[link] ?? 0);
    return reprice === undefined ? plain : reprice(linkIdOf(this.graph, link), plain);
  }

  /** Whether `link` may be had at all at the prices of the request's own. */
  hasPrice(link: number): boolean {
    return this.#demand.reprice === undefined || this.cost(link) < Number.POSITIVE_INFINITY;
  }

  /**
   * The labels that the request may have on `link`: those free, or the one it keeps. Where labels are VNIs, all
   * VLANs stand for some and none for none, for both its ends translate; {@link Availability.vnis} tells which.
   */
  labels(link: number): VlanSet {
    const kept = this.#keptLabels.get(link);
    return kept === undefined ? this.#now.freeLabels(link) : kept.vlans;
  }

  /** The VNIs that the request may have on `link`; `undefined` where labels are VLANs. */
  vnis(link: number): VniSet | undefined {
    const kept = this.#keptLabels.get(link);
    return kept === undefined ? this.#now.freeVnis(link) : kept.vnis;
  }

  /** The same two, for who gives links their labels. */
  get supply(): LabelSupply {
    return { labels: (link) => this.labels(link), vnis: (link) => this.vnis(link) };
  }

  /** The view, with the numbers of `link` in it. */
  #loaded(link: number): LedgerView {
    const view = this.#now;
    if (Number.isNaN(view.residuals[2 * link])) view.load(link);
    return view;
  }
}

/** The labels that a request may have on links, see {@link Availability.labels}. */
export interface LabelSupply {
  readonly labels: (link: number) => VlanSet;
  /** `undefined` where labels are VLANs. */
  readonly vnis: (link: number) => VniSet | undefined;
}

/** The label that a request keeps on a link, as the set of it. */
interface KeptLabel {
  readonly vlans: VlanSet;
  readonly vnis: VniSet | undefined;
}

const NONE: readonly number[] = [];
const NOTHING_KEPT: ReadonlyMap<number, KeptLabel> = new Map();
const NOTHING_EXCLUDED: ReadonlySet<number> = new Set();

function ascending(numbers: Iterable<number>): readonly number[] {
  return [...numbers].sort((x, y) => x - y);
}

function keptLabels(graph: Graph, demand: LinkDemand): ReadonlyMap<number, KeptLabel> {
  if (demand.keep === undefined) return NOTHING_KEPT;
  const labels = new Map<number, KeptLabel>();
  for (const { link, label } of demand.keep) {
    const index = graph.linkOf.get(link);
    if (index === undefined) continue;
    const kept = isVni(label)
      ? { vlans: VlanSet.all, vnis: VniSet.of(label) }
      : { vlans: VlanSet.of(label), vnis: undefined };
    labels.set(index, kept);
  }
  return labels;
}

function excludedLinks(graph: Graph, { exclude }: LinkDemand): ReadonlySet<number> {
  if (exclude === undefined) return NOTHING_EXCLUDED;
  const excluded = new Set<number>();
  for (const id of exclude.links ?? []) {
    const link = graph.linkOf.get(id);
    if (link !== undefined) excluded.add(link);
  }
  for (const id of exclude.nodes ?? []) {
    for (const arc of leaving(graph, id)) excluded.add(arc >> 1);
  }
  for (const group of exclude.srlgs ?? []) {
    for (const link of graph.srlgs.get(group) ?? []) excluded.add(link);
  }
  return excluded;
}

/** The arcs that leave the node of this name. */
function leaving({ nodeOf, arcs, offsets }: Graph, id: NodeId): Uint32Array {
  const node = nodeOf.get(id);
  return node === undefined ? new Uint32Array(0) : arcs.subarray(offsets[node], offsets[node + 1]);
}
