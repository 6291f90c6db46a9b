import type { Channel } from "../../ledger/channel.ts";
import type { Claim } from "../../ledger.ts";
import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import type { LinkId } from "../../model/ids.ts";
import type { Interval } from "../../model/interval.ts";
import { compareLabels, type LinkLabel } from "../../model/vni.ts";
import type { Topology } from "../../topology.ts";
import { claimOf } from "../plan/edit-plan.ts";
import type { NetworkPlan } from "../plan/plan.ts";

/** What plans of which only one is in use at a time need of a link together; bit/s. */
export interface SharedLink {
  readonly link: LinkId;
  /** Ascending. */
  readonly labels: readonly LinkLabel[];
  readonly forward: Bandwidth;
  readonly backward: Bandwidth;
}

/**
 * What the plans need of each link, in the order of the links' ids: the most that any of them does
 * (shared backup path protection: Kodialam and Lakshman, INFOCOM 2000). O(n log n) for n links in all.
 */
export function sharedLinks(plans: readonly NetworkPlan[]): readonly SharedLink[] {
  const shared = new Map<LinkId, SharedLink>();
  for (const { link, label, forward, backward } of plans.flatMap(({ links }) => links)) {
    const other = shared.get(link) ?? { link, labels: [], forward: 0, backward: 0 };
    shared.set(link, {
      link,
      labels: [...new Set([...other.labels, label])].sort(compareLabels),
      forward: bandwidth(Math.max(other.forward, forward)),
      backward: bandwidth(Math.max(other.backward, backward)),
    });
  }
  return [...shared.values()].sort((x, y) => (x.link < y.link ? -1 : 1));
}

/** What `holder` must have in the ledger to use any one of the plans at a time. */
export function sharedClaim(
  plans: readonly NetworkPlan[],
  holder: string,
  interval: Interval,
): Claim {
  const claims = plans.map((plan) => claimOf(plan, holder, interval));
  const amounts = new Map<Channel, Bandwidth>();
  for (const { channel, amount } of claims.flatMap((claim) => claim.bandwidth)) {
    amounts.set(channel, bandwidth(Math.max(amounts.get(channel) ?? 0, amount)));
  }
  const labels = claims.flatMap((claim) => claim.labels);
  const distinct = new Map(labels.map((one) => [`${one.label} ${one.space}`, one]));
  return {
    holder,
    interval,
    bandwidth: [...amounts].map(([channel, amount]) => ({ channel, amount })),
    labels: [...distinct.values()],
  };
}

/** The sum over links and directions of metric times reservation. */
export function weightOf(
  topology: Topology,
  links: readonly { readonly link: LinkId; readonly forward: number; readonly backward: number }[],
): number {
  return links.reduce((sum, { link, forward, backward }) => {
    return sum + (topology.links.get(link)?.metric ?? 0) * (forward + backward);
  }, 0);
}
