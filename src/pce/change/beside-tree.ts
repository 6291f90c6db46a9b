import type { Claim, Ledger } from "../../ledger.ts";
import { bandwidth } from "../../model/bandwidth.ts";
import { invariant } from "../../model/invariant.ts";
import { claimOf } from "../plan/edit-plan.ts";
import type { NetworkPlan, PlanRequest } from "../plan/plan.ts";

/**
 * The ledger in which somebody else has a network's links, so that a second tree is planned beside
 * them, with other labels where both share a link; its ports are its own, for a port hears each frame
 * once, whichever tree that came by. Where a fabric has less now than when the tree was promised, all
 * that is left is held. `held` is what that is. O(links of the tree) claims.
 */
export function besideTree(
  ledger: Ledger,
  { holder, interval }: Pick<PlanRequest, "holder" | "interval">,
  plan: NetworkPlan,
): { readonly ledger: Ledger; readonly held: Claim } {
  const without = ledger.release(holder);
  const links = claimOf({ ...plan, ports: [], endpoints: [] }, `tree of ${holder}`, interval);
  const held = {
    ...links,
    bandwidth: links.bandwidth.map(({ channel, amount }) => ({
      channel,
      amount: bandwidth(Math.min(amount, without.residual(channel, interval))),
    })),
    labels: links.labels.filter(({ space, label }) => without.isFree(space, label, interval)),
  };
  const beside = without.reserve(held);
  invariant(beside.isOk(), "what is free can be taken");
  return { ledger: beside.value, held };
}
