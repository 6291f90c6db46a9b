import type { VlanId } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { DisjointSets } from "../graph/disjoint-sets.ts";
import { endsOf } from "../graph/graph.ts";
import { representativeLabels } from "../labels/label-classes.ts";
import type { SteinerProblem } from "../steiner/steiner-graph.ts";
import type { LabelRestriction, Restriction } from "./restriction.ts";
import { nodesOf } from "./tree.ts";
import { labelsOf, type TreeProblem } from "./tree-problem.ts";

/**
 * A problem whose trees are trees with labels. In place of each node that cannot translate there is
 * one for each label that its links may have, and links join nodes of equal label. A node that must
 * be in the tree, and may have one of several labels, is a leaf at all of its states; to join a leaf
 * costs a fee, so that it is not worth while to pass through one to change the label.
 *
 * The layered graph of wavelength routing (Chlamtac, Faragó and Zhang, Lightpath (Wavelength) Routing in Large
 * WDM Networks, 1996), for trees. Every tree with labels is one of it at the same cost and the fees; one of
 * it may have two labels at a node ({@link nodeWithTwo}). O((V + E) L) states and edges for L labels that
 * make a difference; numbered by node, then by label.
 */
export interface LabelStates extends SteinerProblem {
  /** What the leaves cost in every tree. */
  readonly fees: number;
  /** Of each link of the states: that of the graph, or -1 where it joins a leaf. */
  readonly origins: readonly number[];
  /** Of each state: the node of the graph that it is of, and its label; 0 stands for any. */
  readonly nodes: readonly number[];
  readonly labels: readonly number[];
}

/** The labels that the links at each node may have; none are listed where the node translates. */
export type LabelChoices = ReadonlyMap<number, readonly VlanId[]>;

/**
 * Of the nodes that do not translate and are in reach of each other through links and such nodes,
 * all have the same choice: one label of each class that makes a difference to their links.
 */
export function labelChoices(
  problem: TreeProblem,
  costs: Float64Array,
  vlan?: VlanId,
): LabelChoices {
  const { graph, ends, scene } = problem;
  const kept = new Set(scene.availability.kept);
  const open = [...graph.linkIds.keys()].filter(
    (link) => (costs[link] ?? 0) < Number.POSITIVE_INFINITY || kept.has(link),
  );
  const regions = new DisjointSets(graph.nodeIds.length);
  for (const link of open) {
    const [a, b] = endsOf(graph, link);
    if (!graph.translates[a] && !graph.translates[b]) regions.unite(a, b);
  }
  const sets = new Map<number, Set<VlanSet>>();
  const add = (node: number, set: VlanSet): void => {
    if (graph.translates[node]) return;
    const region = regions.find(node);
    sets.set(region, (sets.get(region) ?? new Set()).add(set));
  };
  for (const link of open)
    for (const node of endsOf(graph, link)) add(node, labelsOf(problem, link));
  for (const [node, own] of ends.bindings.own) add(node, own);
  for (const node of ends.bindings.network) {
    add(node, vlan === undefined ? ends.vlans : VlanSet.of(vlan));
  }
  const labels = new Map(
    [...sets].map(([region, of]) => [region, representativeLabels(VlanSet.all, of)]),
  );
  const rigid = [...graph.nodeIds.keys()].filter((node) => !graph.translates[node]);
  return new Map(rigid.map((node) => [node, labels.get(regions.find(node)) ?? []]));
}

/** The states of a search for trees and labels together. */
export function labelStates(
  problem: TreeProblem,
  restriction: Restriction,
  labelled: LabelRestriction,
  costs: Float64Array,
): LabelStates {
  const { graph, needed } = problem;
  const states = numberStates(problem, labelled, labelChoices(problem, costs, labelled.vlan));
  const edges: EdgeList = { a: [], b: [], costs: [], origins: [] };
  for (const link of graph.linkIds.keys()) {
    const edge = { origin: link, cost: costs[link] ?? 0 };
    if (edge.cost < Number.POSITIVE_INFINITY) addLink(problem, states, edges, edge);
  }
  const terminals = new Set<number>();
  let fees = 0;
  for (const node of new Set([...needed, ...nodesOf(graph, restriction.required)])) {
    const choice = states.of.get(node) ?? [];
    const [only] = choice;
    if (choice.length === 1 && only !== undefined) {
      terminals.add(only.state);
      continue;
    }
    const leaf = addState(states, node, ANY);
    for (const { state } of choice)
      addEdge(edges, state, leaf, { cost: labelled.fee, origin: LEAF });
    terminals.add(leaf);
    fees += labelled.fee;
  }
  const { nodes, labels } = states;
  return { nodeCount: nodes.length, ...edges, nodes, labels, terminals: [...terminals], fees };
}

/** A node that does not translate but would have two labels in the tree of these links. */
export function nodeWithTwo(
  { a, b, origins, nodes, labels }: LabelStates,
  links: readonly number[],
): readonly [node: number, one: number, other: number] | undefined {
  const seen = new Map<number, number>();
  const real = links.filter((link) => origins[link] !== LEAF);
  for (const state of real.flatMap((link) => [a[link] ?? 0, b[link] ?? 0])) {
    const node = nodes[state] ?? 0;
    const label = labels[state] ?? ANY;
    if (label === ANY) continue;
    const other = seen.get(node) ?? label;
    if (other !== label) return [node, other, label];
    seen.set(node, label);
  }
  return undefined;
}

/** In place of a label: any will do. */
const ANY = 0;

/** In place of the link that an edge is of: it is a leaf's. */
const LEAF = -1;

interface EdgeList {
  readonly a: number[];
  readonly b: number[];
  readonly costs: number[];
  readonly origins: number[];
}

interface Edge {
  readonly cost: number;
  readonly origin: number;
}

function addEdge(edges: EdgeList, a: number, b: number, { cost, origin }: Edge): void {
  edges.a.push(a);
  edges.b.push(b);
  edges.costs.push(cost);
  edges.origins.push(origin);
}

/** Where a node can be joined, and with which label. */
interface Choice {
  readonly state: number;
  readonly label: number;
}

interface States {
  readonly nodes: number[];
  readonly labels: number[];
  readonly of: ReadonlyMap<number, readonly Choice[]>;
}

function addState(
  { nodes, labels }: Pick<States, "nodes" | "labels">,
  node: number,
  label: number,
) {
  labels.push(label);
  return nodes.push(node) - 1;
}

/** The tree that is kept is one state, at each of its nodes with the label that it has there. */
function numberStates(
  problem: TreeProblem,
  labelled: LabelRestriction,
  choices: LabelChoices,
): States {
  const { graph, scene } = problem;
  const states = { nodes: [], labels: [], of: new Map<number, readonly Choice[]>() };
  const { kept } = scene.availability;
  const [first] = kept.flatMap((link) => endsOf(graph, link));
  const together = first === undefined ? -1 : addState(states, first, ANY);
  for (const link of kept) {
    const label = labelsOf(problem, link).first() ?? ANY;
    for (const node of endsOf(graph, link)) {
      states.of.set(node, [{ state: together, label: graph.translates[node] ? ANY : label }]);
    }
  }
  for (const node of graph.nodeIds.keys()) {
    if (states.of.has(node)) continue;
    const labels = graph.translates[node]
      ? [ANY]
      : allowedAt(problem, labelled, node, choices.get(node) ?? []);
    states.of.set(
      node,
      labels.map((label) => ({ state: addState(states, node, label), label })),
    );
  }
  return states;
}

function allowedAt(
  { ends: { bindings, vlans } }: TreeProblem,
  { vlan, forbidden }: LabelRestriction,
  node: number,
  labels: readonly VlanId[],
): readonly number[] {
  const isBound = bindings.network.has(node);
  const own = bindings.own.get(node);
  return labels.filter(
    (label) =>
      (own === undefined || own.has(label)) &&
      (!isBound || (vlan === undefined ? vlans.has(label) : label === vlan)) &&
      !forbidden.some(([at, taken]) => at === node && taken === label),
  );
}

/** The edges that a link is between the states of its ends. */
function addLink(problem: TreeProblem, { of }: States, edges: EdgeList, edge: Edge): void {
  const [from, to] = endsOf(problem.graph, edge.origin);
  const labels = labelsOf(problem, edge.origin);
  const fits = (label: number): boolean => label === ANY || labels.has(label);
  for (const one of of.get(from) ?? []) {
    if (!fits(one.label)) continue;
    for (const other of of.get(to) ?? []) {
      const isSame = one.label === ANY || other.label === ANY || one.label === other.label;
      if (isSame && fits(other.label)) addEdge(edges, one.state, other.state, edge);
    }
  }
}
