import { match } from "ts-pattern";
import type { LinkId, NodeId } from "../../model/ids.ts";
import type { Link } from "../../topology/elements.ts";
import type { Topology } from "../../topology.ts";
import type { Exclusion, NetworkPlan, PlanEndpoint } from "../plan/plan.ts";

/** One thing that may fail, with everything that fails with it. */
export type Failure =
  | { readonly type: "link"; readonly link: LinkId }
  /** With its links and its touch points. */
  | { readonly type: "node"; readonly node: NodeId }
  /** All links of a shared risk link group. */
  | { readonly type: "srlg"; readonly srlg: string };

/** Which kinds of failures; none that is not named. */
export type FailureKinds = { readonly [Kind in Failure["type"]]?: boolean };

/** All failures of these kinds that would hit a tree, in the order of the kinds and of their ids. */
export function failuresOn(
  topology: Topology,
  plan: NetworkPlan,
  kinds: FailureKinds,
): readonly Failure[] {
  const links = plan.links.flatMap(({ link }) => topology.links.get(link) ?? []);
  const ends = plan.endpoints.map(({ attachment }) => attachment.node);
  const nodes = [...ends, ...links.flatMap(({ nodeA, nodeB }) => [nodeA, nodeB])];
  const srlgs = links.flatMap(({ srlg }) => srlg);
  return [
    ...(kinds.link ? links.map(({ id }): Failure => ({ type: "link", link: id })) : []),
    ...(kinds.node ? distinct(nodes).map((node): Failure => ({ type: "node", node })) : []),
    ...(kinds.srlg ? distinct(srlgs).map((srlg): Failure => ({ type: "srlg", srlg })) : []),
  ];
}

/** Whether `failure` takes `link` down. */
export function takesDown(failure: Failure, link: Link): boolean {
  return match(failure)
    .with({ type: "link" }, (one) => link.id === one.link)
    .with({ type: "node" }, ({ node }) => link.nodeA === node || link.nodeB === node)
    .with({ type: "srlg" }, ({ srlg }) => link.srlg.includes(srlg))
    .exhaustive();
}

/** Whether `failure` hits the tree of a plan, or one of its endpoints. */
export function isHitBy(topology: Topology, plan: NetworkPlan, failure: Failure): boolean {
  const isDown = (id: LinkId): boolean => {
    const link = topology.links.get(id);
    return link !== undefined && takesDown(failure, link);
  };
  return plan.links.some(({ link }) => isDown(link)) || endpointsOn(plan, failure).length > 0;
}

/** The host ports of a plan that `failure` takes down. */
export function endpointsOn(plan: NetworkPlan, failure: Failure): readonly string[] {
  if (failure.type !== "node") return [];
  const gone = plan.endpoints.filter(({ attachment }) => attachment.node === failure.node);
  return gone.map(({ hostPort }) => hostPort);
}

/** The endpoints that live on after `failure`. */
export function survivors(
  endpoints: readonly PlanEndpoint[],
  failure: Failure,
): readonly PlanEndpoint[] {
  if (failure.type !== "node") return endpoints;
  return endpoints.filter(({ touchPoint }) => touchPoint.node !== failure.node);
}

/** What is excluded, and all that `failure` takes down. */
export function excluding(failure: Failure, exclude: Exclusion = {}): Exclusion {
  const { links = [], nodes = [], srlgs = [] } = exclude;
  return match(failure)
    .with({ type: "link" }, ({ link }) => ({ ...exclude, links: new Set([...links, link]) }))
    .with({ type: "node" }, ({ node }) => ({ ...exclude, nodes: new Set([...nodes, node]) }))
    .with({ type: "srlg" }, ({ srlg }) => ({ ...exclude, srlgs: new Set([...srlgs, srlg]) }))
    .exhaustive();
}

function distinct<T extends string>(ids: readonly T[]): readonly T[] {
  return [...new Set(ids)].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
}
