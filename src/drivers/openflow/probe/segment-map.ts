import type { Attachment } from "../../../model/attachment.ts";
import type { DomainView } from "../../../model/domain-view.ts";
import type { LinkId, NodeId } from "../../../model/ids.ts";
import type { Segment } from "../../../model/segment.ts";
import { type FarEnds, farEnds } from "./far-ends.ts";

/** A link of a segment's tree, in the direction of travel. */
export interface Hop {
  readonly from: Attachment;
  readonly to: Attachment;
  readonly link: LinkId;
}

/** Which of two sets a node is in; neighbours in a tree are never in the same. */
export type Colour = 0 | 1;

/** How the nodes of a segment hang together while nothing fails: its tree, for those who follow a frame along it. */
export class SegmentMap {
  readonly #segment: Segment;
  /** The hops out of each node. */
  readonly #hops: ReadonlyMap<NodeId, readonly Hop[]>;
  readonly #colours: ReadonlyMap<NodeId, Colour>;
  /** By the node of the end that they lead to: the hop to take at each node. */
  readonly #routes = new Map<NodeId, ReadonlyMap<NodeId, Hop>>();

  constructor(segment: Segment, domain: DomainView) {
    this.#segment = segment;
    this.#hops = hopsOf(segment, farEnds(domain));
    this.#colours = coloursOf(segment, this.#hops);
  }

  /** Where frames come in to a node over links. */
  trunksInto(node: NodeId): readonly Attachment[] {
    return (this.#hops.get(node) ?? []).map(({ from }) => from);
  }

  /** The way from a node to an end; undefined when it is there. */
  nextHop(node: NodeId, end: number): Hop | undefined {
    const target = this.#segment.ends[end]?.at.node;
    if (target === undefined) return undefined;
    const route = this.#routes.get(target) ?? this.#routeTo(target);
    this.#routes.set(target, route);
    return route.get(node);
  }

  /** Whether frames get from a node to an end without leaving the domain. */
  reaches(node: NodeId, end: number): boolean {
    return this.#segment.ends[end]?.at.node === node || this.nextHop(node, end) !== undefined;
  }

  colourOf(node: NodeId): Colour {
    return this.#colours.get(node) ?? 0;
  }

  #routeTo(target: NodeId): ReadonlyMap<NodeId, Hop> {
    const route = new Map<NodeId, Hop>();
    const seen = new Set([target]);
    const queue = [target];
    for (const at of queue) {
      for (const { from, to, link } of this.#hops.get(at) ?? []) {
        if (seen.has(to.node)) continue;
        seen.add(to.node);
        route.set(to.node, { from: to, to: from, link });
        queue.push(to.node);
      }
    }
    return route;
  }
}

function hopsOf(segment: Segment, far: FarEnds): ReadonlyMap<NodeId, readonly Hop[]> {
  const trunks = segment.nodes.flatMap(({ rules }) =>
    rules.flatMap(({ role, ingress, standby }) => (role === "trunk" && !standby ? ingress : [])),
  );
  const hops = new Map<NodeId, readonly Hop[]>();
  for (const from of trunks) {
    const end = far.get(from.port);
    const to = trunks.find(({ port, tag }) => port === end?.port && tag === from.tag);
    if (end === undefined || to === undefined) continue;
    hops.set(from.node, [...(hops.get(from.node) ?? []), { from, to, link: end.link }]);
  }
  return hops;
}

function coloursOf(
  { nodes }: Segment,
  hops: ReadonlyMap<NodeId, readonly Hop[]>,
): ReadonlyMap<NodeId, Colour> {
  const colours = new Map<NodeId, Colour>();
  // What hangs together through other domains only, has no hops in between.
  for (const { node } of nodes) colourFrom(node, hops, colours);
  return colours;
}

function colourFrom(
  first: NodeId,
  hops: ReadonlyMap<NodeId, readonly Hop[]>,
  colours: Map<NodeId, Colour>,
): void {
  if (colours.has(first)) return;
  colours.set(first, 0);
  const queue = [first];
  for (const node of queue) {
    const next: Colour = colours.get(node) === 0 ? 1 : 0;
    for (const { to } of hops.get(node) ?? []) {
      if (colours.has(to.node)) continue;
      colours.set(to.node, next);
      queue.push(to.node);
    }
  }
}
