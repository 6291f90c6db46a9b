import { attachmentKey } from "../../../model/attachment.ts";
import type { NetworkNumber, NodeId, PortRef } from "../../../model/ids.ts";
import type { ForwardingRule, Segment } from "../../../model/segment.ts";
import type { LiveSwitch } from "../live-switch.ts";

/** The switch of a node, while it is ours to change. */
export type OursAt = (node: NodeId) => LiveSwitch | undefined;

/** Where no endpoint of a network is any more that addresses were learned of. */
interface Departure {
  readonly node: NodeId;
  readonly port: PortRef;
}

/**
 * Begins to withdraw the addresses of endpoints that leave: the switch where they were forgets them with
 * its port, and others would go on sending there what is for them, wherever they are by now (RFC 4762 §6.2).
 * What goes is looked up at once, before anything changes, and forgotten everywhere when what is given is
 * called. All of that is soft: where a switch is away or not ours, its entries age. Undefined where nobody leaves.
 */
export function beginWithdrawal(
  before: Segment | undefined,
  next: Segment,
  oursAt: OursAt,
): (() => Promise<void>) | undefined {
  if (before?.network !== next.network) return undefined;
  const departures = departuresOf(before, next);
  if (departures.length === 0) return undefined;
  const { network } = next;
  const known = Promise.all(departures.map((each) => addressesAt(each, network, oursAt)));
  return async () => {
    const addresses = [...new Set((await known).flat())];
    if (addresses.length === 0) return;
    const learning = next.nodes.filter(({ rules }) => rules.some(learns));
    const switches = learning.flatMap(({ node }) => oursAt(node) ?? []);
    await Promise.all(switches.map((its) => its.addresses.forget(network, addresses)));
  };
}

/**
 * The ports that are left to endpoints that leave: their own, or where they were behind nodes that have no choice,
 * and learn nothing, those of the next that has. Where others are behind a port it stays, with all that is known there.
 */
function departuresOf(before: Segment, next: Segment): readonly Departure[] {
  const ends = new Set(next.ends.map(({ at }) => attachmentKey(at)));
  const isLeft = before.ends.some(({ at }) => !ends.has(attachmentKey(at)));
  if (!isLeft || placesOf(next, learns).length === 0) return [];
  const stays = new Set(placesOf(next, () => true).map(({ port }) => port));
  return placesOf(before, learns).filter(({ port }) => !stays.has(port));
}

function placesOf(
  { nodes }: Segment,
  isOne: (rule: ForwardingRule) => boolean,
): readonly Departure[] {
  return nodes.flatMap(({ node, rules }) =>
    rules.filter(isOne).map(({ ingress: { port } }) => ({ node, port })),
  );
}

function learns({ unicast }: ForwardingRule): boolean {
  return unicast?.learn !== undefined;
}

async function addressesAt(
  { node, port }: Departure,
  network: NetworkNumber,
  oursAt: OursAt,
): Promise<readonly string[]> {
  const known = await oursAt(node)?.addresses.behind(network, port);
  return known?.unwrapOr([]) ?? [];
}
