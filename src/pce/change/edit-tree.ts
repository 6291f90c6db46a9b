import { assignLabels, type Labelling } from "../labels/label-assignment.ts";
import { greatestLoad } from "../plan/edge-load.ts";
import type { NetworkPlan } from "../plan/plan.ts";
import type { Ends, Scene } from "../plan/scene.ts";
import { pruned, sum, treeLoads } from "../tree/tree.ts";
import { evaluated, fits } from "../tree/tree-candidate.ts";

/** All that trees of an edit are judged by. */
export interface EditScene {
  readonly scene: Scene;
  readonly ends: Ends;
  /** The tree as it is, with its labels. */
  readonly present: Labelling;
  /** The links of the present tree that lie between endpoints that stay, ascending. */
  readonly base: readonly number[];
  /** In units of link cost. */
  readonly price: number;
}

/** A tree that does, and what it is worth. */
export interface EditTree {
  readonly links: readonly number[];
  readonly labelling: Labelling;
  readonly cost: number;
  /** How many links of the base it does not have, or has with another label. */
  readonly lost: number;
  readonly objective: number;
}

/** Works out what `current` has that counts when the network becomes what the request asks. */
export function editScene(
  scene: Scene,
  ends: Ends,
  current: NetworkPlan,
  price: number,
): EditScene {
  const { graph, request } = scene;
  const labels = new Map(
    current.links.flatMap(({ link, label }) => {
      const index = graph.linkOf.get(link);
      return index === undefined ? [] : [[index, label] as const];
    }),
  );
  const before = new Map(current.endpoints.map((one) => [one.hostPort, one.attachment.port]));
  const staying = request.endpoints.filter(
    ({ touchPoint }) => before.get(touchPoint.hostPort) === touchPoint.port,
  );
  const nodes = new Set(staying.map(({ touchPoint }) => graph.nodeOf.get(touchPoint.node)));
  const base = pruned(graph, [...labels.keys()], (node) => nodes.has(node));
  const present = { vlan: current.vlan, labels };
  return { scene, ends, present, base: [...base].sort((x, y) => x - y), price };
}

/** What the tree `links` is worth with as many present labels as it can have; nothing if it cannot be. */
export function editTree(edit: EditScene, links: readonly number[]): EditTree | undefined {
  const { scene, ends, present, base, price } = edit;
  const { graph, availability } = scene;
  const candidate = evaluated(scene, ends, links);
  if (!fits(candidate)) return undefined;
  const { vlans, bindings } = ends;
  const query = { graph, links: candidate.links, ...availability.supply, vlans, bindings, present };
  const labelling = assignLabels(query).unwrapOr(candidate.labelling);
  const lost = base.filter((link) => labelling.labels.get(link) !== present.labels.get(link));
  const cost = treeCost(scene, ends, candidate.links);
  const objective = lost.length === 0 ? cost : cost + price * lost.length;
  return { links: candidate.links, labelling, cost, lost: lost.length, objective };
}

/** The tree of the lowest objective; of equals, one that comes first. */
export function bestEdit(trees: readonly EditTree[]): EditTree | undefined {
  return trees.reduce<EditTree | undefined>(
    (best, tree) => (best === undefined || compare(tree, best) < 0 ? tree : best),
    undefined,
  );
}

/**
 * The cost of each link times the part that it reserves, of the most that a link of this network can;
 * of a network without bandwidth, the costs.
 */
export function treeCost(scene: Scene, ends: Ends, links: readonly number[]): number {
  const { graph, availability, request } = scene;
  const most = mostReserved(scene, ends);
  const loads = treeLoads(graph, links, ends.terminals, request);
  const total = loads.reduce((all, { link, forward, backward }) => {
    return all + availability.cost(link) * (most === 0 ? 1 : forward + backward);
  }, 0);
  return most === 0 ? total : total / most;
}

/** What no link reserves more than, in both directions together; where loads are even, what each does. */
export function mostReserved({ request }: Scene, { rates, terminals }: Ends): number {
  const isFlooded = request.delivery === "flood" && request.sharing === "hose";
  return isFlooded ? sum([...terminals.values()]).rate : 2 * greatestLoad(request, rates);
}

function compare(x: EditTree, y: EditTree): number {
  if (x.objective !== y.objective) return x.objective - y.objective;
  if (x.lost !== y.lost) return x.lost - y.lost;
  if (x.cost !== y.cost) return x.cost - y.cost;
  if (x.links.length !== y.links.length) return x.links.length - y.links.length;
  const at = x.links.findIndex((link, index) => link !== y.links[index]);
  return (x.links[at] ?? 0) - (y.links[at] ?? 0);
}
