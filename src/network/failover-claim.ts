import type { Channel } from "../ledger/channel.ts";
import { isPortChannel, linkChannel, linkLabels } from "../ledger/channel.ts";
import type { ChannelClaim, Claim, LabelClaim } from "../ledger.ts";
import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import { bounded, type LabelledLink, type PlannedLink } from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import { claimOfChange, sendersOf } from "./change-claim.ts";
import { type Realisation, wholeOf } from "./realisation.ts";
import type { TransitionMode } from "./transition.ts";

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
  return {
    ...bare,
    bandwidth: [
      ...bare.bandwidth.filter(({ channel }) => isPortChannel(channel)),
      ...amounts.filter(({ amount }) => amount > 0),
    ],
    labels: distinctLabels(bare.labels, links),
  };
}

/**
 * What `holder` must have while a tree takes the place of another, or of a path, and one of the two
 * has bypasses, or both: what the trees alone would need, and what stands by in either. Bypasses that
 * stay as they are count once, at the higher of the two rates.
 */
export function claimOfBypassedChange(
  topology: Topology,
  holder: string,
  {
    old,
    next,
    mode,
  }: { readonly old: Realisation; readonly next: Realisation; readonly mode: TransitionMode },
): Claim {
  const bare = claimOfChange(topology, holder, {
    old: withoutBackup(old),
    next: withoutBackup(next),
    mode,
  });
  const standby = [old, next].map(standbyLinks);
  const isSame = waysText(old) === waysText(next);
  const loads = standby.map((links) => amountsOf(links));
  const channels = [...new Set(loads.flatMap((each) => [...each.keys()]))];
  const added = channels.map((channel): ChannelClaim => {
    const [was = 0, will = 0] = loads.map((each) => each.get(channel));
    return { channel, amount: bounded(isSame ? Math.max(was, will) : was + will) };
  });
  // What comes back on a path that is left meets what the tree carries the same way.
  const returned = old.backup === undefined ? [] : [...amountsOf(old.plan.links)];
  const more = returned.map(
    ([channel, amount]): ChannelClaim => ({ channel, amount: bounded(amount) }),
  );
  return {
    ...bare,
    bandwidth: [...bare.bandwidth, ...added, ...more].filter(({ amount }) => amount > 0),
    labels: distinctLabels(bare.labels, standby.flat()),
  };
}

function standbyLinks({ backup, bypasses }: Realisation): readonly PlannedLink[] {
  const nothing = { forward: bandwidth(0), backward: bandwidth(0) };
  const returning = backup?.returning.map((one) => ({ ...one, ...nothing })) ?? [];
  return [...(bypasses?.links ?? []), ...(backup?.links ?? []), ...returning];
}

function waysText({ bypasses }: Realisation): string {
  return JSON.stringify(bypasses?.ways);
}

function amountsOf(links: readonly PlannedLink[]): ReadonlyMap<Channel, number> {
  const amounts = new Map<Channel, number>();
  for (const { link, forward, backward } of links) {
    const channels = [linkChannel(link, "forward"), linkChannel(link, "backward")] as const;
    amounts.set(channels[0], (amounts.get(channels[0]) ?? 0) + forward);
    amounts.set(channels[1], (amounts.get(channels[1]) ?? 0) + backward);
  }
  return amounts;
}

function distinctLabels(
  labels: readonly LabelClaim[],
  links: readonly LabelledLink[],
): readonly LabelClaim[] {
  const more = links.map(({ link, label }) => ({ space: linkLabels(link), label }));
  return [
    ...new Map([...labels, ...more].map((one) => [`${one.label} ${one.space}`, one])).values(),
  ];
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

function withoutBackup({ backup: _, bypasses: __, ...bare }: Realisation): Realisation {
  return bare;
}
