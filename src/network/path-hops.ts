import type { Attachment } from "../model/attachment.ts";
import type { NodeId } from "../model/ids.ts";
import type { LabelledLink } from "../pce/index.ts";
import type { Topology } from "../topology.ts";

/** One link of a path: where frames leave a node for it, and where they enter the next. */
export interface Hop {
  readonly out: Attachment;
  readonly into: Attachment;
}

/** The links of a path in the order in which a frame from `start` passes them. */
export function hopsAlong(
  topology: Topology,
  links: readonly LabelledLink[],
  start: NodeId,
): readonly Hop[] {
  const left = new Set(links);
  const hops: Hop[] = [];
  let node = start;
  for (let next = nextHop(topology, left, node); next !== undefined; ) {
    left.delete(next.one);
    hops.push(next.hop);
    node = next.hop.into.node;
    next = nextHop(topology, left, node);
  }
  return hops;
}

/** The nodes of a path between its ends. */
export function innerNodes(hops: readonly Hop[]): readonly NodeId[] {
  return hops.slice(1).map(({ out }) => out.node);
}

function nextHop(
  topology: Topology,
  links: ReadonlySet<LabelledLink>,
  from: NodeId,
): { readonly one: LabelledLink; readonly hop: Hop } | undefined {
  for (const one of links) {
    const link = topology.links.get(one.link);
    if (link?.nodeA !== from && link?.nodeB !== from) continue;
    const a = { node: link.nodeA, port: link.a, tag: one.label };
    const b = { node: link.nodeB, port: link.b, tag: one.label };
    return { one, hop: link.nodeA === from ? { out: a, into: b } : { out: b, into: a } };
  }
  return undefined;
}
