import { err, ok, type Result } from "neverthrow";
import type { Ledger } from "../../ledger.ts";
import type { LinkId, NodeId } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Topology } from "../../topology.ts";
import { endsOf, headOf, linkIdOf, nodeIdOf } from "../graph/graph.ts";
import { type LabelQuery, networkVlans } from "../labels/label-assignment.ts";
import { attempt, planOf, sceneOf } from "../plan/attempt.ts";
import type { LinkState, NetworkPlan, PlanRefusal } from "../plan/plan.ts";
import type { Obstacle, Scene } from "../plan/scene.ts";
import { costOfPath } from "./cheapest-paths.ts";
import type { ConstrainedQuery } from "./constrained-path.ts";
import { type Disjointness, isNodeDisjoint, isRiskDisjoint } from "./disjointness.ts";
import { type ArcPair, PairSearch } from "./pair-search.ts";
import { type PathEnds, type PathRequest, pathEndsOf, refusalOf } from "./path-request.ts";
import { labelledPath } from "./path-search.ts";
import { cheapestPath } from "./shortest-path.ts";
import { compareArcs } from "./way.ts";

/** A request for two disjoint paths between two endpoints. */
export interface DisjointPairRequest extends PathRequest {
  readonly disjoint: Disjointness;
}

/** Two disjoint paths. */
export interface DisjointPair {
  /** The cheaper one first. Both have the same VLAN for endpoints that are tagged with it. */
  readonly paths: readonly [NetworkPlan, NetworkPlan];
  /** Of both together. */
  readonly cost: number;
}

/** There are paths, but no two of them are disjoint. */
export interface NoDisjointPair {
  readonly type: "no-disjoint-pair";
  readonly disjoint: Disjointness;
  /**
   * What every path with the bandwidth must use, in its order: each alone keeps pairs from being
   * disjoint. Nothing, if it is labels, bounds or combinations of risks that do.
   */
  readonly links: readonly LinkId[];
  readonly nodes: readonly NodeId[];
  readonly srlgs: readonly string[];
}

/**
 * Finds the two disjoint paths between two endpoints that cost least together. Each meets every
 * constraint of the request by itself: bandwidth in both directions, labels of its own, bounds, what
 * to pass and what not. So that either can carry the network, tagged endpoints see one VLAN on both.
 * Parallel links are disjoint links. Exact, see {@link PairSearch}, also for sources, complexity and ties.
 *
 * Errors: as of `planNetwork` if there is no path at all or a search had to be given up;
 * `no-disjoint-pair` if there are only paths that are not disjoint.
 */
export function disjointPair(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  request: DisjointPairRequest,
): Result<DisjointPair, PlanRefusal | NoDisjointPair> {
  const scene = sceneOf(topology, ledger, linkState, request);
  return found(scene, request.disjoint).mapErr((obstacle) =>
    obstacle.type === "no-disjoint-pair" ? obstacle : refusalOf(scene, obstacle),
  );
}

function found(
  scene: Scene,
  disjoint: Disjointness,
): Result<DisjointPair, Obstacle | NoDisjointPair> {
  return pathEndsOf(scene).andThen((ends): Result<DisjointPair, Obstacle | NoDisjointPair> => {
    const vlansOf = (arcs: readonly number[]): VlanSet =>
      networkVlans(labelQuery(scene, ends, arcs));
    const { query, plain } = ends;
    return new PairSearch({ query, plain, disjoint, vlansOf })
      .run()
      .mapErr((limit): Obstacle | NoDisjointPair => limit)
      .andThen((pair) => (pair === undefined ? refused(scene, ends, disjoint) : ok(pair)))
      .map((pair) => plansOf(scene, ends, pair, vlansOf));
  });
}

function labelQuery(
  { graph, availability }: Scene,
  { ends: { vlans, bindings } }: PathEnds,
  arcs: readonly number[],
): LabelQuery {
  const links = arcs.map((arc) => arc >> 1);
  return { graph, links, vlans, bindings, ...availability.supply };
}

/** Why there is no pair: no path either, or what all paths share. */
function refused(
  scene: Scene,
  { query }: PathEnds,
  disjoint: Disjointness,
): Result<never, Obstacle | NoDisjointPair> {
  const alone = attempt(scene);
  if (alone.isErr()) return err(alone.error);
  const { graph } = scene;
  const path = pathWithout(query, () => false) ?? [];
  const links = path.map((arc) => arc >> 1);
  const inner = path.slice(0, -1).map((arc) => headOf(graph, arc));
  const groups = [...graph.srlgs].filter(([, group]) => group.some((link) => links.includes(link)));
  const isNeeded = (isPart: (link: number) => boolean): boolean =>
    pathWithout(query, isPart) === undefined;
  const neededLinks = links.filter((link) => isNeeded((other) => other === link));
  const neededNodes = inner.filter((node) =>
    isNeeded((link) => endsOf(graph, link).includes(node)),
  );
  const neededGroups = groups.filter(([, group]) => isNeeded((link) => group.includes(link)));
  return err({
    ...nothingShared(disjoint),
    links: neededLinks.map((link) => linkIdOf(graph, link)),
    nodes: isNodeDisjoint(disjoint) ? neededNodes.map((node) => nodeIdOf(graph, node)) : [],
    srlgs: isRiskDisjoint(disjoint) ? neededGroups.map(([name]) => name) : [],
  });
}

function nothingShared(disjoint: Disjointness): NoDisjointPair {
  return { type: "no-disjoint-pair", disjoint, links: [], nodes: [], srlgs: [] };
}

/** A path with the bandwidth that does without some links. */
function pathWithout(
  { graph, weight, origin, target }: ConstrainedQuery,
  isClosed: (link: number) => boolean,
): readonly number[] | undefined {
  return cheapestPath(graph, origin.node, target.node, (arc) =>
    isClosed(arc >> 1) ? Number.POSITIVE_INFINITY : weight(arc),
  );
}

/** The plans of two paths, under the lowest VLAN that both can have. */
function plansOf(
  scene: Scene,
  { ends, query }: PathEnds,
  { paths: [x, y] }: ArcPair,
  vlansOf: (arcs: readonly number[]) => VlanSet,
): DisjointPair {
  const vlan = vlansOf(x).intersect(vlansOf(y)).first();
  const one = { ...ends, vlans: vlan === undefined ? VlanSet.empty : VlanSet.of(vlan) };
  const planned = (arcs: readonly number[]): NetworkPlan => {
    const tree = labelledPath(scene, one, arcs);
    invariant(tree !== undefined, "both paths have labels under a VLAN that both can have");
    return planOf(scene, tree);
  };
  const order =
    costOfPath(query, x) - costOfPath(query, y) || x.length - y.length || compareArcs(x, y);
  const paths =
    order <= 0 ? ([planned(x), planned(y)] as const) : ([planned(y), planned(x)] as const);
  return { paths, cost: paths[0].cost + paths[1].cost };
}
