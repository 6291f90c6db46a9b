import { err, ok, type Result } from "neverthrow";
import { portLabels } from "../../ledger/channel.ts";
import type { VlanTag } from "../../model/attachment.ts";
import type { InvalidRequest, UnknownHostPort } from "../../model/errors.ts";
import type { PortRef, VlanId } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { Graph } from "../graph/graph.ts";
import type { NodeBindings } from "../labels/label-assignment.ts";
import { type Side, sideOf } from "./edge-load.ts";
import type { PlanEndpoint } from "./plan.ts";
import { requestFault } from "./request-fault.ts";
import type { Ends, LabelsAt, NoCommonLabel, Scene } from "./scene.ts";

/** Finds the endpoints of a request in the graph, and the VLANs that suit all of their ports. */
export function resolveEnds(
  scene: Scene,
): Result<Ends, InvalidRequest | UnknownHostPort | NoCommonLabel> {
  const fault = requestFault(scene);
  if (fault !== undefined) return err(fault);
  const { endpoints } = scene.request;
  const unknown = endpoints.filter((endpoint) => !isKnown(scene, endpoint));
  if (unknown.length > 0) {
    return err({ type: "unknown-host-port", hostPorts: unknown.map(hostPortOf) });
  }
  const taken = firstTaken(scene);
  if (taken !== undefined) return err({ type: "no-common-label", places: [taken] });
  const bindings = bindingsOf(scene);
  const places = vlanPlaces(scene, bindings);
  const vlans = places.reduce((set, { labels }) => set.intersect(labels), scene.request.vlans);
  if (vlans.isEmpty) return err({ type: "no-common-label", places });
  const rates = endpoints.map((endpoint) => endpoint.bandwidth);
  return ok({ terminals: terminalsOf(scene.graph, endpoints), rates, vlans, bindings });
}

/** The endpoints at each node, in ascending order of nodes. */
export function terminalsOf(
  graph: Graph,
  endpoints: readonly PlanEndpoint[],
): ReadonlyMap<number, Side> {
  const rates = new Map<number, number[]>();
  for (const { touchPoint, bandwidth } of endpoints) {
    const node = graph.nodeOf.get(touchPoint.node);
    if (node !== undefined) rates.set(node, [...(rates.get(node) ?? []), bandwidth]);
  }
  const sides = [...rates].map(([node, own]) => [node, sideOf(own)] as const);
  return new Map(sides.sort(([x], [y]) => x - y));
}

/** What the frames of `endpoint` carry on its port, in a network with this VLAN. */
export function tagOf(endpoint: PlanEndpoint, vlan: VlanId): VlanTag {
  return endpoint.tagging === "untagged" ? "untagged" : (endpoint.vlan ?? vlan);
}

function hostPortOf({ touchPoint }: PlanEndpoint): string {
  return touchPoint.hostPort;
}

function isKnown({ topology }: Scene, { touchPoint }: PlanEndpoint): boolean {
  return topology.touchPoints.get(touchPoint.hostPort)?.port === touchPoint.port;
}

/** Whether the endpoint is tagged with whatever VLAN the network gets. */
function isNetworkTagged(endpoint: PlanEndpoint): boolean {
  return endpoint.tagging === "tagged" && endpoint.vlan === undefined;
}

/** The first place where the tag that an endpoint insists on is not to be had. */
function firstTaken({ ledger, request }: Scene): LabelsAt | undefined {
  const seen = new Set<string>();
  for (const endpoint of request.endpoints) {
    if (isNetworkTagged(endpoint)) continue;
    const { port } = endpoint.touchPoint;
    const tag = endpoint.tagging === "untagged" ? "untagged" : (endpoint.vlan ?? "untagged");
    const isFree = ledger.isFree(portLabels(port), tag, request.interval);
    if (!isFree || seen.has(`${port}/${tag}`))
      return { at: `${port}/${tag}`, labels: VlanSet.empty };
    seen.add(`${port}/${tag}`);
  }
  return undefined;
}

function bindingsOf({ graph, request }: Scene): NodeBindings {
  const network = new Set<number>();
  const own = new Map<number, VlanSet>();
  for (const endpoint of request.endpoints) {
    const node = graph.nodeOf.get(endpoint.touchPoint.node) ?? 0;
    if (graph.translates[node] || endpoint.tagging === "untagged") continue;
    if (endpoint.vlan === undefined) network.add(node);
    else own.set(node, (own.get(node) ?? VlanSet.empty).with(endpoint.vlan));
  }
  return { network, own };
}

/** Every place that narrows the choice of the network's VLAN, and what it leaves. */
export function vlanPlaces(scene: Scene, { network, own }: NodeBindings): readonly LabelsAt[] {
  const { graph, ledger, request } = scene;
  const byPort = new Map<PortRef, PlanEndpoint[]>();
  for (const endpoint of request.endpoints) {
    const { port } = endpoint.touchPoint;
    byPort.set(port, [...(byPort.get(port) ?? []), endpoint]);
  }
  const ports = [...byPort].flatMap(([port, endpoints]): LabelsAt[] => {
    const count = endpoints.filter(isNetworkTagged).length;
    if (count === 0) return [];
    const tagged = endpoints.filter(({ tagging }) => tagging === "tagged");
    const others = VlanSet.of(...tagged.flatMap(({ vlan }) => vlan ?? []));
    const free = ledger.freeLabels(portLabels(port), request.interval).difference(others);
    return [{ at: port, labels: count === 1 ? free : VlanSet.empty }];
  });
  const nodes = [...own].flatMap(([node, vlans]): LabelsAt[] => {
    const at = graph.nodeIds[node] ?? "";
    if (vlans.size > 1) return [{ at, labels: VlanSet.empty }];
    return network.has(node) ? [{ at, labels: vlans }] : [];
  });
  return [...ports, ...nodes];
}
