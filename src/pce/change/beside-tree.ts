import { linkLabels } from "../../ledger/channel.ts";
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

/** What is left of each channel, one after the other: some may be in one pool. */
function leftOf(
  ledger: Ledger,
  { holder, interval, bandwidth: wanted }: Claim,
): readonly ChannelClaim[] {
  let on = ledger;
  return wanted.map(({ channel, amount }, at) => {
    const left = { channel, amount: bandwidth(Math.min(amount, on.residual(channel, interval))) };
    const part = { holder: `${holder}, part ${at + 1}`, interval, bandwidth: [left], labels: [] };
    on = on.reserve(part).unwrapOr(on);
    return left;
  });
}
