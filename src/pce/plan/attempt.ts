import { err, ok, type Result } from "neverthrow";
import { portChannel } from "../../ledger/channel.ts";
import type { Ledger } from "../../ledger.ts";
import type { Topology } from "../../topology.ts";
import { Availability } from "../graph/availability.ts";
import { graphOf, nodeIdOf } from "../graph/graph.ts";
import type { SearchLimit } from "../path/label-path.ts";
import { findPath, type LabelledTree } from "../path/path-search.ts";
import { maxDegree } from "../tree/node-degree.ts";
import { evaluated, fits } from "../tree/tree-candidate.ts";
import { findTree, type ProvedTree } from "../tree/tree-search.ts";
import { resolveEnds } from "./ends.ts";
import type { LinkState, NetworkPlan, PlanRequest } from "./plan.ts";
import { buildPlan, portLoads } from "./plan-building.ts";
import type { ProvedPlan } from "./plan-quality.ts";
import type { Ends, NoTree, Obstacle, PortFull, Scene } from "./scene.ts";

/** Sets the scene for planning `request`: what its holder has already counts as free. */
export function sceneOf(
  topology: Topology,
  ledger: Ledger,
  linkState: LinkState,
  asked: PlanRequest,
): Scene {
  const request = withWholeHops(asked);
  const graph = graphOf(topology);
  const others = ledger.release(request.holder);
  const availability = new Availability(graph, others, linkState, request);
  return { topology, graph, ledger: others, linkState, availability, request };
}

/** A bound on hops means the greatest number of links within it. */
function withWholeHops(request: PlanRequest): PlanRequest {
  const { maxHops } = request;
  if (maxHops === undefined) return request;
  return { ...request, maxHops: Math.max(0, Math.floor(maxHops)) };
}

/** Plans the network, or says on what that failed. */
export function attempt(scene: Scene): Result<NetworkPlan, Obstacle> {
  return attemptWithProof(scene).map(({ plan }) => plan);
}

/** Plans the network and says how good the plan is, or on what that failed. */
export function attemptWithProof(scene: Scene): Result<ProvedPlan, Obstacle> {
  return readyEnds(scene).andThen((ends) =>
    join(scene, ends).map((tree) => {
      const { value, lowerBound } = tree;
      const quality = { value, lowerBound, isOptimal: value <= lowerBound };
      return { plan: planOf(scene, tree), quality };
    }),
  );
}

/** The endpoints of a request, if their nodes and ports can have them. */
export function readyEnds(scene: Scene): Result<Ends, Obstacle> {
  return resolveEnds(scene).andThen((ends) => {
    const full = firstFullPort(scene);
    if (full !== undefined) return err(full);
    const areUsable = [...ends.terminals.keys()].every(
      (node) => isNodeUsable(scene, node) && hasRoom(scene, ends, node),
    );
    return areUsable ? ok(ends) : err({ type: "no-tree" as const });
  });
}

/** What the network of `scene` is like on this tree. */
export function planOf({ graph, request }: Scene, { links, labelling }: LabelledTree): NetworkPlan {
  const labels = new Map(links.map((link) => [link, labelling.labels.get(link) ?? labelling.vlan]));
  return buildPlan({ graph, ...request, traffic: request, vlan: labelling.vlan, labels });
}

function firstFullPort({ ledger, request }: Scene): PortFull | undefined {
  for (const load of portLoads(request.endpoints, request)) {
    const endpoint = request.endpoints.find(({ touchPoint }) => touchPoint.port === load.port);
    for (const direction of ["in", "out"] as const) {
      const residual = ledger.residual(portChannel(load.port, direction), request.interval);
      if (load[direction] <= residual) continue;
      const hostPort = endpoint?.touchPoint.hostPort ?? load.port;
      return { type: "port-full", hostPort, required: load[direction], residual };
    }
  }
  return undefined;
}

/** Whether the endpoints at `node` and a link to the others, if there are any, may meet there. */
function hasRoom(scene: Scene, ends: Ends, node: number): boolean {
  const most = maxDegree(scene, ends, node);
  return most >= (ends.terminals.size > 1 ? 1 : 0);
}

/** The tree, as long as there is patience for searches that come to no end. */
function join(scene: Scene, ends: Ends): Result<ProvedTree, NoTree | SearchLimit> {
  const { patience } = scene;
  if (patience?.left === 0) return err({ type: "search-limit", limit: 0 });
  const joined = joinedAtAll(scene, ends);
  if (patience !== undefined && joined.isErr() && joined.error.type === "search-limit") {
    patience.left--;
  }
  return joined;
}

function joinedAtAll(scene: Scene, ends: Ends): Result<ProvedTree, NoTree | SearchLimit> {
  const [from, to = from, third] = [...ends.terminals].map(([node, side]) => ({ node, side }));
  const isPath = third === undefined && scene.availability.kept.length === 0;
  if (isPath && from !== undefined && to !== undefined) {
    return findPath(scene, ends, from, to).andThen((path) => {
      // A path that is found is a cheapest one, but may cross a port twice that has no room for that.
      const found = evaluated(scene, ends, path.links);
      if (scene.graph.sharedPorts.length > 0 && !fits(found)) return findTree(scene, ends);
      const { value } = found;
      return ok({ ...path, value, lowerBound: value });
    });
  }
  return findTree(scene, ends);
}

/** Whether a network may have an endpoint at `node`. */
export function isNodeUsable({ topology, graph, request }: Scene, node: number): boolean {
  const id = nodeIdOf(graph, node);
  return topology.nodes.get(id)?.enabled === true && !request.exclude?.nodes?.has(id);
}
