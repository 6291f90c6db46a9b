import type { Attachment } from "../model/attachment.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { DomainId, NodeId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { ForwardingRule } from "../model/segment.ts";
import { edgeLoad, type PlannedEndpoint, type PlannedLink, reload } from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { memberOf } from "./endpoints.ts";
import type { Realisation } from "./realisation.ts";
import { toldTraffic } from "./traffic.ts";

/** A place where the tree crosses a port, seen from the node. */
export interface Crossing {
  readonly at: Attachment;
  readonly role: ForwardingRule["role"];
  /** What may enter here, bit/s. */
  readonly rate: Bandwidth;
  /** What may leave here, bit/s. */
  readonly outRate: Bandwidth;
  /** What is reserved here, bit/s: of both directions the more. */
  readonly load: Bandwidth;
  /** The endpoints on the far side. */
  behind(): readonly PlannedEndpoint[];
}

/** Where the tree of a realisation crosses ports, node by node. */
export function crossingsByNode(
  topology: Topology,
  realisation: Realisation,
): ReadonlyMap<NodeId, readonly Crossing[]> {
  const crossings = new Map<NodeId, Crossing[]>();
  const add = (crossing: Crossing): void => {
    const atNode = crossings.get(crossing.at.node);
    if (atNode === undefined) crossings.set(crossing.at.node, [crossing]);
    else atNode.push(crossing);
  };
  for (const crossing of edgesOf(realisation)) add(crossing);
  for (const { link: id, label, forward, backward } of toldLinks(topology, realisation)) {
    const link = topology.links.get(id);
    invariant(link !== undefined, `link ${id} of the tree is in the topology`);
    const role =
      domainOf(topology, link.nodeA) === domainOf(topology, link.nodeB) ? "trunk" : "peer";
    const a: Attachment = { node: link.nodeA, port: link.a, tag: label };
    const b: Attachment = { node: link.nodeB, port: link.b, tag: label };
    const beyond = (far: Attachment) => () => endpointsBeyond(crossings, far);
    const load = bandwidth(Math.max(forward, backward));
    add({ at: a, role, rate: backward, outRate: forward, load, behind: beyond(b) });
    add({ at: b, role, rate: forward, outRate: backward, load, behind: beyond(a) });
  }
  return new Map([...crossings].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The domain of a node of the tree. */
export function domainOf(topology: Topology, id: NodeId): DomainId {
  const node = topology.nodes.get(id);
  invariant(node !== undefined, `node ${id} of the tree is in the topology`);
  return node.domain;
}

/** The links of the tree with what nodes are told of them. */
function toldLinks(topology: Topology, { plan, spec }: Realisation): readonly PlannedLink[] {
  if (spec.rateSteps === undefined) return plan.links;
  const told = reload(topology, plan, plan.endpoints.map(memberOf), toldTraffic(spec)).links;
  const rates = new Map(told.map((one) => [one.link, one]));
  return plan.links.map((one) => rates.get(one.link) ?? one);
}

function edgesOf({ plan: { endpoints }, spec }: Realisation): readonly Crossing[] {
  const traffic = toldTraffic(spec);
  const total = endpoints.reduce((sum, endpoint) => sum + endpoint.bandwidth, 0);
  return endpoints.map((endpoint): Crossing => {
    const { bandwidth: own, attachment: at } = endpoint;
    const rate = spec.sharing === "shared" && spec.bandwidth < own ? spec.bandwidth : own;
    const [itself, others] = [
      { rate: own, count: 1 },
      { rate: total - own, count: endpoints.length - 1 },
    ];
    const outRate = edgeLoad(traffic, others, itself);
    const load = bandwidth(Math.max(edgeLoad(traffic, itself, others), outRate));
    return { at, role: "edge", rate, outRate, load, behind: () => [endpoint] };
  });
}

/** The endpoints that a frame may come to which enters the tree's node at `entry`. */
function endpointsBeyond(
  crossings: ReadonlyMap<NodeId, readonly Crossing[]>,
  entry: Attachment,
): readonly PlannedEndpoint[] {
  const onward = (crossings.get(entry.node) ?? []).filter(
    ({ at }) => at.port !== entry.port || at.tag !== entry.tag,
  );
  return onward.flatMap((crossing) => crossing.behind());
}
