import { linkLabels, linkOfChannel } from "../../ledger/channel.ts";
import type { ChannelClaim, Claim, LabelClaim, Ledger } from "../../ledger.ts";
import { bandwidth } from "../../model/bandwidth.ts";
import type { Interval } from "../../model/interval.ts";
import { invariant } from "../../model/invariant.ts";
import { claimOf } from "../plan/edit-plan.ts";
import type { NetworkPlan, PlanRequest } from "../plan/plan.ts";

/**
 * The ledger in which somebody else has a network's links, so that a second tree is planned beside
 * them, with other labels where both share a link; its ports are its own, for a port hears each frame
 * once, whichever tree that came by. `held` is what that is. O(links of the tree) claims.
 */
export function besideTree(
  ledger: Ledger,
  { holder, interval }: Pick<PlanRequest, "holder" | "interval">,
  plan: NetworkPlan,
): { readonly ledger: Ledger; readonly held: Claim } {
  const without = ledger.release(holder);
  const held = heldByTree(without, { holder, interval }, plan);
  const beside = without.reserve(held);
  invariant(beside.isOk(), "what is free can be taken");
  return { ledger: beside.value, held };
}

/**
 * What a network's links hold, for another holder; `without` is a ledger without what the network has. Where
 * a fabric has less now than when the tree was promised, that is all that is left.
 */
export function heldByTree(
  without: Ledger,
  { holder, interval }: Pick<PlanRequest, "holder" | "interval">,
  plan: NetworkPlan,
): Claim {
  const links = claimOf({ ...plan, ports: [], endpoints: [] }, `tree of ${holder}`, interval);
  const labels = labelsHeldByTree(without, interval, plan);
  return { ...links, bandwidth: leftOf(without, links), labels };
}

/** The labels among what {@link heldByTree} gives. */
export function labelsHeldByTree(
  without: Ledger,
  interval: Interval,
  { links }: Pick<NetworkPlan, "links">,
): readonly LabelClaim[] {
  return links
    .map(({ link, label }) => ({ space: linkLabels(link), label }))
    .filter(({ space, label }) => without.isFree(space, label, interval));
}

/** What is left of each channel, link by link: some may be in one pool, and both ways of a link are promised as one. */
function leftOf(
  ledger: Ledger,
  { holder, interval, bandwidth: wanted }: Claim,
): readonly ChannelClaim[] {
  const parts = new Map<string, readonly ChannelClaim[]>();
  let on = ledger;
  for (const { channel, amount } of wanted) {
    const part = `${holder}, ${linkOfChannel(channel)}`;
    const had = parts.get(part) ?? [];
    const without = on.release(part);
    const taken = had
      .filter((one) => one.channel === channel)
      .reduce((sum, one) => sum + one.amount, 0);
    const left = Math.max(0, Math.min(amount, without.residual(channel, interval) - taken));
    const has = [...had, { channel, amount: bandwidth(left) }];
    parts.set(part, has);
    on = without.reserve({ holder: part, interval, bandwidth: has, labels: [] }).unwrapOr(on);
  }
  return [...parts.values()].flat();
}
