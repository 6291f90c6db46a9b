import { type Attachment, isOnWire } from "../../../model/attachment.ts";
import type { LinkId, NodeId, PortRef } from "../../../model/ids.ts";
import type { LossPoint } from "../../driver-base.ts";
import { PORT_CONTROLLER, PORT_TABLE } from "../wire/constants.ts";
import type { Arrival, ProbeExchange } from "./probe-exchange.ts";
import { outputTo } from "./probe-flows.ts";
import type { Hop, SegmentMap } from "./segment-map.ts";

/** What a trace works with. */
export interface TraceContext {
  readonly map: SegmentMap;
  readonly exchange: ProbeExchange;
  /** The address of probes that are caught at nodes of a colour. */
  readonly caughtAt: (colour: 0 | 1) => string;
  readonly source: string;
  readonly numberOf: (node: NodeId, port: PortRef) => number;
  readonly timeoutMs: number;
}

/**
 * Finds where probes from an end get lost on their way to others, hop by hop along the tree.
 *
 * At every node probes are caught as they come in from a link, and sent on from there as if they had
 * just come in. For that neighbours catch different addresses: what is sent on at a node passes it,
 * and is caught at the next. Where nothing comes in, a probe sent straight out of the port tells
 * whether the link lost it or what the node did.
 */
export async function traceLoss(
  context: TraceContext,
  from: Attachment,
  targets: readonly number[],
): Promise<ReadonlyMap<number, LossPoint>> {
  const lost = new Map<number, LossPoint>();
  await walk(context, from, targets, lost);
  return lost;
}

/** Follows probes that come in at `at` to the targets beyond it. */
async function walk(
  context: TraceContext,
  at: Attachment,
  targets: readonly number[],
  lost: Map<number, LossPoint>,
): Promise<void> {
  const { map } = context;
  const ways = new Map<Hop | undefined, number[]>();
  for (const target of targets) {
    const hop = map.nextHop(at.node, target);
    const known = [...ways.keys()].find((other) => other?.link === hop?.link);
    ways.set(known ?? hop, [...(ways.get(known ?? hop) ?? []), target]);
  }
  const isThere = (hop: Hop | undefined, end: number, arrivals: readonly Arrival[]): boolean =>
    hop === undefined
      ? arrivals.some((arrival) => arrival.node === at.node && arrival.end === end)
      : cameIn(context, hop, arrivals);
  const all = [...ways].flatMap(([hop, ends]) => ends.map((end) => ({ hop, end })));
  const { arrivals } = await context.exchange.shoot(
    {
      node: at.node,
      inPort: context.numberOf(at.node, at.port),
      source: context.source,
      destination: passing(context, at.node),
      tag: at.tag,
      actions: [outputTo(PORT_TABLE)],
    },
    (seen) => all.every(({ hop, end }) => isThere(hop, end, seen)),
    context.timeoutMs,
  );
  for (const [hop, ends] of ways) {
    const missing = ends.filter((end) => !isThere(hop, end, arrivals));
    if (hop !== undefined && missing.length === 0) await walk(context, hop.to, ends, lost);
    if (missing.length === 0) continue;
    const point = hop === undefined ? atNode(at.node) : await losing(context, hop);
    for (const end of missing) lost.set(end, point);
  }
}

/** Whether a link loses probes, or the node before it. */
async function losing(context: TraceContext, hop: Hop): Promise<LossPoint> {
  const { arrivals } = await context.exchange.shoot(
    {
      node: hop.from.node,
      inPort: PORT_CONTROLLER,
      source: context.source,
      destination: passing(context, hop.from.node),
      tag: hop.from.tag,
      actions: [outputTo(context.numberOf(hop.from.node, hop.from.port))],
    },
    (seen) => cameIn(context, hop, seen),
    context.timeoutMs,
  );
  return cameIn(context, hop, arrivals) ? atNode(hop.from.node) : atLink(hop.link);
}

/** Whether a probe came in over a link, with the tag that it should have there; of tunnels, only its VNI is caught. */
function cameIn({ numberOf }: TraceContext, { to }: Hop, arrivals: readonly Arrival[]): boolean {
  const port = numberOf(to.node, to.port);
  const vid = isOnWire(to) ? to.tag : undefined;
  return arrivals.some(
    ({ node, inPort, frame, end }) =>
      node === to.node && inPort === port && end === undefined && frame.tags[0]?.vid === vid,
  );
}

/** The address of probes that pass a node and are caught at its neighbours. */
function passing({ map, caughtAt }: TraceContext, node: NodeId): string {
  return caughtAt(map.colourOf(node) === 0 ? 1 : 0);
}

function atNode(node: NodeId): LossPoint {
  return { kind: "node", node };
}

function atLink(link: LinkId): LossPoint {
  return { kind: "link", link };
}
