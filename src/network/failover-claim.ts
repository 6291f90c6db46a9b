import type { Channel } from "../ledger/channel.ts";
import { isPortChannel, linkChannel, linkLabels } from "../ledger/channel.ts";
import type { ChannelClaim, Claim } from "../ledger.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { Topology } from "../topology.ts";
import { claimOfChange, sendersOf } from "./change-claim.ts";
import { type Realisation, wholeOf } from "./realisation.ts";

/**
 * What `holder` must have while a path takes the place of another and one of the two has a backup, or
 * both. A frame passes a direction of a link once at most, whichever paths it follows: where the same
 * endpoint sends in both realisations, the higher of the two rates will do. Not so where frames of the
 * other endpoint may be coming back on a path that is left.
 */
export function claimOfProtectedChange(
  topology: Topology,
  holder: string,
  { old, next }: { readonly old: Realisation; readonly next: Realisation },
): Claim {
  const change = { old: withoutBackup(old), next: withoutBackup(next), mode: "reroute" } as const;
  const bare = claimOfChange(topology, holder, change);
  const isSamePath = pathText(old) === pathText(next);
  const [before, after] = [loadsOf(topology, old), loadsOf(topology, next)];
  const amounts = [...new Set([...before.keys(), ...after.keys()])].map((channel): ChannelClaim => {
    const [was, will] = [before.get(channel) ?? none, after.get(channel) ?? none];
    const isAlike = was.senders === will.senders && (isSamePath || !was.mayReturn);
    const amount = isAlike ? Math.max(was.rate, will.rate) : was.rate + will.rate;
    return { channel, amount: bandwidth(amount) };
  });
  const links = [old, next].flatMap((one) => wholeOf(one).links);
  const labels = links.map(({ link, label }) => ({ space: linkLabels(link), label }));
  const distinct = new Map(
    [...bare.labels, ...labels].map((one) => [`${one.label} ${one.space}`, one]),
  );
  return {
    ...bare,
    bandwidth: [
      ...bare.bandwidth.filter(({ channel }) => isPortChannel(channel)),
      ...amounts.filter(({ amount }) => amount > 0),
    ],
    labels: [...distinct.values()],
  };
}

/** What a direction of a link carries, and whose it is while nothing comes back. */
interface Load {
  readonly rate: Bandwidth;
  readonly senders: string;
  /** Whether frames of the other endpoint come back there if the path is broken. */
  readonly mayReturn: boolean;
}

const none: Load = { rate: bandwidth(0), senders: "", mayReturn: false };

function loadsOf(topology: Topology, { plan, backup }: Realisation): ReadonlyMap<Channel, Load> {
  const loads = new Map<Channel, Load>();
  const paths = [plan, ...(backup === undefined ? [] : [{ ...plan, links: backup.links }])];
  for (const path of paths) {
    const sendersAt = sendersOf(topology, path);
    const mayReturn = path === plan && (backup?.returning ?? []).length > 0;
    for (const { link, forward, backward } of path.links) {
      const senders = sendersAt(link);
      loads.set(linkChannel(link, "forward"), { rate: forward, senders, mayReturn });
      loads.set(linkChannel(link, "backward"), { rate: backward, senders, mayReturn });
    }
  }
  return loads;
}

function pathText({ plan }: Realisation): string {
  return plan.links.map(({ link, label }) => `${label} ${link}`).join();
}

function withoutBackup({ backup: _, ...bare }: Realisation): Realisation {
  return bare;
}
