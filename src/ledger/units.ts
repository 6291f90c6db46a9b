import type { Bandwidth } from "../model/bandwidth.ts";
import { type Channel, reverseOf } from "./channel.ts";

/** In what units, bit/s, a channel and its other direction are promised; undefined where any amount is. */
export type UnitOf = (channel: Channel) => Bandwidth | undefined;

/** What is promised where so much is asked for, by channel: whole units, and of both directions as many. */
export function promisedInUnits(
  amounts: ReadonlyMap<Channel, number>,
  unitOf: UnitOf,
): ReadonlyMap<Channel, number> {
  const promised = new Map(amounts);
  for (const [channel, amount] of amounts) {
    const unit = unitOf(channel);
    if (unit === undefined) continue;
    for (const one of [channel, reverseOf(channel)])
      promised.set(one, Math.max(promised.get(one) ?? 0, inUnits(amount, unit)));
  }
  return promised;
}

/** So many whole units, or the greatest number that a bandwidth can be. */
export function inUnits(amount: number, unit: Bandwidth): number {
  const whole = Math.ceil(amount / unit) * unit;
  // A sum that no bandwidth can hold stays one, and is refused.
  return amount > Number.MAX_SAFE_INTEGER ? amount : Math.min(whole, Number.MAX_SAFE_INTEGER);
}
