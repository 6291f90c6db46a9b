import { err, ok, type Result } from "neverthrow";
import { linkChannel, linkLabels } from "../../ledger/channel.ts";
import type { Claim, Ledger } from "../../ledger.ts";
import { bandwidth } from "../../model/bandwidth.ts";
import type { NoPath } from "../../model/errors.ts";
import type { LinkId, NodeId } from "../../model/ids.ts";
import type { Interval } from "../../model/interval.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { isVni, type LinkLabel } from "../../model/vni.ts";
import { VniSet } from "../../model/vni-set.ts";
import { hasLabel } from "../../topology/elements.ts";
import { Availability, type LinkDemand } from "../graph/availability.ts";
import { type Graph, graphOf, headOf, linkIdOf } from "../graph/graph.ts";
import { cheapestRoute } from "../path/cheapest-route.ts";
import { cheapestPath } from "../path/shortest-path.ts";
import { claimOf } from "../plan/edit-plan.ts";
import type { LabelledLink, NetworkPlan } from "../plan/plan.ts";
import {
  type Bypass,
  type Bypasses,
  departureAt,
  type Gap,
  linkGapsOf,
  nodeGapsOf,
} from "./bypass.ts";
import {
  bypassLinks,
  greatestOf,
  hopsHitBy,
  type Load,
  loadsUnderFailures,
  noLoad,
  rateOf,
} from "./bypass-load.ts";
import type { PlanView } from "./view.ts";

/** A tree that is to have bypasses. */
export interface BypassQuery {
  readonly plan: NetworkPlan;
  /** Who has the tree; what this holder has in the ledger counts as free. */
  readonly holder: string;
  readonly interval: Interval;
  /** Bypasses that stay where they can: the links are up, and their ends are ends still. None by default. */
  readonly keep?: readonly Bypass[];
  /** Labels that none but kept bypasses may have. None by default. */
  readonly avoid?: readonly LabelledLink[];
}

/**
 * Plans, for a tree that nodes are to repair by themselves, a bypass around every node that only joins
 * two links, where there is one, and around every link besides (fast reroute with facilities of its
 * own: RFC 4090 §3.1; next-next hop first). Those around nodes cover the links there too.
 *
 * Bypasses share bandwidth between failures that cannot happen together: each is the cheapest way
 * on which there is room in every failure in which it is used, links priced by what it would add to
 * what is reserved. O(n) searches for n links. So what is added is near the least, not proved to be it.
 *
 * Pure. Errors: `no-path` (`protection`) with the links for which there is no bypass, or the nodes
 * that cannot put frames into one, because they do not translate labels.
 */
export function planBypasses(view: PlanView, query: BypassQuery): Result<Bypasses, NoPath> {
  const { topology } = view;
  const { plan } = query;
  const fixedLabels = fixedNodes(view, plan);
  if (fixedLabels.length > 0) return err(unprotected({ fixedLabels }));
  const search = new BypassSearch(view, query);
  for (const gap of nodeGapsOf(topology, plan)) search.fill(gap);
  const open = linkGapsOf(topology, plan, search.ways).filter((gap) => !search.fill(gap));
  if (open.length > 0) return err(unprotected({ links: open.map(({ ends: [{ link }] }) => link) }));
  const { ways } = search;
  return ok({ ways, links: bypassLinks(topology, plan, ways) });
}

/** The power of two by which prices are split: their sums stay exact. */
const STEPS = 1024;

class BypassSearch {
  readonly ways: Bypass[] = [];
  readonly #view: PlanView;
  readonly #query: BypassQuery;
  readonly #graph: Graph;
  /** With the tree, and without anything else of its holder. */
  readonly #ledger: Ledger;
  readonly #taken = new Map<LinkId, Set<LinkLabel>>();

  constructor(view: PlanView, query: BypassQuery) {
    this.#view = view;
    this.#query = query;
    this.#graph = graphOf(view.topology);
    const tree = claimOf(query.plan, query.holder, query.interval);
    this.#ledger = view.ledger.replace(tree).unwrapOr(view.ledger);
    const kept = (query.keep ?? []).flatMap(({ links }) => links);
    for (const one of [...query.plan.links, ...(query.avoid ?? []), ...kept]) this.#take(one);
  }

  /** Finds a bypass and takes it; false if there is none. */
  fill(gap: Gap): boolean {
    const found = this.#kept(gap) ?? this.#shared(gap) ?? this.#labelled(gap);
    if (found === undefined) return false;
    for (const link of found.links) this.#take(link);
    this.ways.push(found);
    return true;
  }

  #take({ link, label }: LabelledLink): void {
    const taken = this.#taken.get(link) ?? new Set();
    this.#taken.set(link, taken.add(label));
  }

  /** The bypass that there is, if it still does. */
  #kept(gap: Gap): Bypass | undefined {
    const { topology, linkState } = this.#view;
    const { keep = [] } = this.#query;
    const endsText = (ends: Bypass["ends"]): string =>
      ends.map(({ node, link }) => `${node} ${link}`).join();
    const known = keep.find(({ ends }) => endsText(ends) === endsText(gap.ends));
    if (known === undefined) return undefined;
    const need = this.#needOf(gap);
    const availability = new Availability(
      this.#graph,
      this.#ledger,
      linkState,
      this.#demandOf(gap),
    );
    let node: NodeId = known.ends[0].node;
    const fits = known.links.every(({ link: id, label }) => {
      const [link, index] = [topology.links.get(id), this.#graph.linkOf.get(id)];
      if (link === undefined || index === undefined || !link.enabled) return false;
      const arc = 2 * index + (link.nodeA === node ? 0 : 1);
      node = link.nodeA === node ? link.nodeB : link.nodeA;
      return (
        hasLabel(link, label) && availability.isUsable(index) && hasRoom(need, availability, arc)
      );
    });
    return fits ? known : undefined;
  }

  /** The way that adds least to what is reserved, with a label of its own on each link. */
  #shared(gap: Gap): Bypass | undefined {
    const { linkState } = this.#view;
    const graph = this.#graph;
    const [from, to] = gap.ends.map(({ node }) => graph.nodeOf.get(node));
    if (from === undefined || to === undefined) return undefined;
    const availability = new Availability(graph, this.#ledger, linkState, this.#demandOf(gap));
    const need = this.#needOf(gap);
    const labelOn = (link: number): LinkLabel | undefined => this.#labelOn(availability, link);
    const weight = (arc: number): number => {
      const link = arc >> 1;
      const isOpen =
        availability.isUsable(link) &&
        [headOf(graph, arc), headOf(graph, arc ^ 1)].every((node) => graph.translates[node]) &&
        hasRoom(need, availability, arc) &&
        labelOn(link) !== undefined;
      return isOpen ? availability.cost(link) * this.#shareOf(need, arc) : Number.POSITIVE_INFINITY;
    };
    const arcs = cheapestPath(graph, from, to, weight);
    if (arcs === undefined || arcs.length === 0) return undefined;
    const links = arcs.flatMap((arc): readonly LabelledLink[] => {
      const label = labelOn(arc >> 1);
      return label === undefined ? [] : [{ link: linkIdOf(graph, arc >> 1), label }];
    });
    return { ends: gap.ends, links };
  }

  /** The lowest label that is free on `link` and that no other bypass has taken there. */
  #labelOn(availability: Availability, link: number): LinkLabel | undefined {
    const taken = [...(this.#taken.get(linkIdOf(this.#graph, link)) ?? [])];
    const vnis = availability.vnis(link);
    if (vnis !== undefined) return vnis.difference(VniSet.of(...taken.filter(isVni))).first();
    const vlans = taken.filter((label) => !isVni(label));
    return availability
      .labels(link)
      .difference(VlanSet.of(...vlans))
      .first();
  }

  /** A way through nodes that do not translate labels. */
  #labelled(gap: Gap): Bypass | undefined {
    const { topology, linkState } = this.#view;
    const { most, onward, back } = this.#needOf(gap);
    const { interval } = this.#query;
    const holder = `bypasses of ${this.#query.holder}`;
    const amounts = [...most].flatMap(([link, { forward, backward }]) => [
      { channel: linkChannel(link, "forward"), amount: bandwidth(forward) },
      { channel: linkChannel(link, "backward"), amount: bandwidth(backward) },
    ]);
    const labels = [...this.#taken].flatMap(([link, taken]) =>
      [...taken]
        .filter((label) => this.#ledger.isFree(linkLabels(link), label, interval))
        .map((label) => ({ space: linkLabels(link), label })),
    );
    const held: Claim = { holder, interval, bandwidth: amounts, labels };
    const [{ node: from }, { node: to }] = gap.ends;
    const wanted = { ...this.#demandOf(gap), from, to, onward, back, vlans: VlanSet.all };
    const route = this.#ledger
      .reserve(held)
      .map((ledger) => cheapestRoute(topology, ledger, linkState, wanted).unwrapOr(undefined))
      .unwrapOr(undefined);
    if (route === undefined || route.links.length === 0) return undefined;
    const links = route.links.flatMap((link, index): readonly LabelledLink[] => {
      const label = route.labels[index];
      return label === undefined ? [] : [{ link, label }];
    });
    return { ends: gap.ends, links };
  }

  /** What a bypass would carry, and what others carry of each link while it does, at most. */
  #needOf({ ends }: Gap): Need {
    const { topology } = this.#view;
    const { plan } = this.#query;
    const [onward = 0, back = 0] = ends.map(({ node: from, link }) => {
      const isTaken = departureAt(this.ways, { from, link }) !== undefined;
      return isTaken ? 0 : rateOf(topology, plan, { from, link });
    });
    const under = loadsUnderFailures(topology, plan, this.ways);
    const together = under.filter(({ failure }) =>
      hopsHitBy(topology, plan, failure).some((hop) =>
        ends.some(({ node, link }) => hop.from === node && hop.link === link),
      ),
    );
    return { onward, back, most: greatestOf(together), reserved: greatestOf(under) };
  }

  #demandOf({ exclude }: Gap): LinkDemand {
    return { interval: this.#query.interval, exclude, cost: "metric" };
  }

  /** Of what a bypass would carry there, the part that nobody has reserved yet; never nothing. */
  #shareOf({ onward, back, most, reserved }: Need, arc: number): number {
    const id = linkIdOf(this.#graph, arc >> 1);
    const [used, has] = [most.get(id) ?? noLoad, reserved.get(id) ?? noLoad];
    const [there, other] = directionsOf(arc);
    const lacking =
      Math.max(0, used[there] + onward - has[there]) + Math.max(0, used[other] + back - has[other]);
    const all = Math.max(1, onward + back);
    return Math.max(1, Math.ceil((STEPS * lacking) / all)) / STEPS;
  }
}

/** What a bypass needs of links: along it and against it, beside what others use at that time. */
interface Need {
  readonly onward: number;
  readonly back: number;
  readonly most: ReadonlyMap<LinkId, Load>;
  /** What bypasses have reserved already. */
  readonly reserved: ReadonlyMap<LinkId, Load>;
}

function hasRoom({ onward, back, most }: Need, availability: Availability, arc: number): boolean {
  const { forward, backward } = most.get(linkIdOf(availability.graph, arc >> 1)) ?? noLoad;
  const [along, against] = arc % 2 === 0 ? [forward, backward] : [backward, forward];
  return (
    availability.residual(arc) >= onward + along && availability.residual(arc ^ 1) >= back + against
  );
}

function directionsOf(arc: number): readonly [keyof Load, keyof Load] {
  return arc % 2 === 0 ? ["forward", "backward"] : ["backward", "forward"];
}

/** Nodes of a tree at which frames cannot be given another label. */
function fixedNodes({ topology }: PlanView, plan: NetworkPlan): readonly NodeId[] {
  const ends = plan.links.flatMap(({ link: id }) => {
    const link = topology.links.get(id);
    return link === undefined ? [] : [link.nodeA, link.nodeB];
  });
  const isFixed = (node: NodeId): boolean => topology.nodes.get(node)?.vlanTranslation === false;
  return [...new Set(ends)].filter(isFixed).sort();
}

function unprotected(why: {
  readonly links?: readonly LinkId[];
  readonly fixedLabels?: readonly NodeId[];
}): NoPath {
  const nothing = { links: [], nodes: [], srlgs: [], fixedLabels: [] };
  return { type: "no-path", explanation: { reason: "protection", ...nothing, ...why } };
}
