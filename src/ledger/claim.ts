import type { Tag } from "../model/attachment.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import type { Interval } from "../model/interval.ts";
import type { Channel, LabelSpace } from "./channel.ts";

/** An amount of a channel, in bit/s. */
export interface ChannelClaim {
  readonly channel: Channel;
  readonly amount: Bandwidth;
}

/** A tag on a link or a port, or the frames without a tag on a port. */
export interface LabelClaim {
  readonly space: LabelSpace;
  readonly label: Tag;
}

/** All that one holder has for one time. Amounts of the same channel add up. */
export interface Claim {
  readonly holder: string;
  readonly interval: Interval;
  readonly bandwidth: readonly ChannelClaim[];
  readonly labels: readonly LabelClaim[];
}

/** Plain numbers: a sum that no bandwidth can hold is refused like any other that is too much. */
export function amountsByChannel(claim: Claim): ReadonlyMap<Channel, number> {
  const amounts = new Map<Channel, number>();
  for (const { channel, amount } of claim.bandwidth) {
    amounts.set(channel, (amounts.get(channel) ?? 0) + amount);
  }
  return amounts;
}

/** Each label once. */
export function labelsByKey(labels: readonly LabelClaim[]): ReadonlyMap<string, LabelClaim> {
  return new Map(labels.map((one) => [labelKey(one), one]));
}

/** Equal for equal labels of one place. */
export function labelKey({ space, label }: LabelClaim): string {
  return `${label} ${space}`;
}

/** Whether two hold what they hold for the same time. */
export function sameTime(one: Claim, other: Claim): boolean {
  return one.interval.start === other.interval.start && one.interval.end === other.interval.end;
}
