import type { EdgeAttachment, VlanTag } from "../model/attachment.ts";
import { bandwidth } from "../model/bandwidth.ts";
import type { DomainView } from "../model/domain-view.ts";
import {
  datapathId,
  domainId,
  networkNumber,
  nodeId,
  portOf,
  projectId,
  segmentId,
  vlanId,
} from "../model/ids.ts";
import type { ForwardingRule, Segment } from "../model/segment.ts";

/**
 * The domain that conformance checks work in: nodes `n1` and `n2` with the datapath ids 1 and 2 and
 * the ports 1 to 3 each; port 3 of one leads to port 3 of the other.
 */
export const conformanceDomain: DomainView = {
  id: domainId("domain"),
  nodes: [1, 2].map((n) => ({
    id: nodeId(`n${n}`),
    datapathId: datapathId(n.toString(16).padStart(16, "0")),
    ports: [1, 2, 3].map((port) => ({ ref: portOf(`n${n}`, String(port)), ofPort: port })),
  })),
};

/** A segment from port 1 of `n1` to port 1 of `n2`; the number gives it tags of its own. */
export function pairSegment(id: string, number: number): Segment {
  const trunkTag = vlanId(200 + number);
  return segment(id, number, [
    [end("n1", 1, vlanId(100 + number)), trunk("n1", trunkTag)],
    [end("n2", 1, vlanId(100 + number)), trunk("n2", trunkTag)],
  ]);
}

/** A {@link pairSegment} with a third end, untagged at port 2 of `n1`. */
export function threeWaySegment(id: string, number: number): Segment {
  const trunkTag = vlanId(200 + number);
  return segment(id, number, [
    [end("n1", 1, vlanId(100 + number)), end("n1", 2, "untagged"), trunk("n1", trunkTag)],
    [end("n2", 1, vlanId(100 + number)), trunk("n2", trunkTag)],
  ]);
}

/** A segment of a node that {@link conformanceDomain} does not have. */
export function strayedSegment(id: string, number: number): Segment {
  return segment(id, number, [
    [end("n1", 1, vlanId(100)), end("n1", 2, vlanId(100))],
    [end("n9", 1, vlanId(100))],
  ]);
}

/** A place where a segment crosses a port, and what is beyond. */
interface Crossing {
  readonly at: EdgeAttachment;
  readonly role: "edge" | "trunk";
}

const RATE = bandwidth(10_000_000);

function end(node: string, port: number, tag: VlanTag): Crossing {
  return { at: { node: nodeId(node), port: portOf(node, String(port)), tag }, role: "edge" };
}

function trunk(node: string, tag: VlanTag): Crossing {
  return { ...end(node, 3, tag), role: "trunk" };
}

function segment(id: string, number: number, nodes: readonly (readonly Crossing[])[]): Segment {
  const ends = nodes.flat().filter(({ role }) => role === "edge");
  return {
    id: segmentId(id),
    project: projectId(`project ${number}`),
    network: networkNumber(number),
    generation: 1,
    domain: conformanceDomain.id,
    ends: ends.map(({ at }) => ({ at, role: "edge", rate: RATE })),
    nodes: nodes.flatMap((crossings) => {
      const node = crossings[0]?.at.node;
      return node === undefined
        ? []
        : [{ node, rules: crossings.map((c) => ruleOf(c, crossings)) }];
    }),
  };
}

function ruleOf({ at, role }: Crossing, all: readonly Crossing[]): ForwardingRule {
  return {
    ingress: at,
    role,
    ...(role === "edge" ? { police: { key: `${at.port}/${at.tag}`, rate: RATE } } : {}),
    egress: all.map((other) => other.at).filter((other) => other !== at),
  };
}
