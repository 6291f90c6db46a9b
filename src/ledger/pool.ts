import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { Interval } from "../model/interval.ts";
import type { AmountBook } from "./books.ts";
import type { Channel } from "./channel.ts";
import { peakLoad } from "./load.ts";

/** Channels that have no more than this together, bit/s. */
export interface Pool {
  readonly capacity: Bandwidth;
  readonly channels: readonly Channel[];
}

/** What can still be promised of a pool at every instant of `interval`. O(n log n) for n holders of its channels. */
export function residualOf(
  { capacity, channels }: Pool,
  bookOf: (channel: Channel) => AmountBook | undefined,
  interval: Interval,
): Bandwidth {
  const held = channels.flatMap((channel) => [...(bookOf(channel)?.during(interval) ?? [])]);
  return bandwidth(Math.max(0, capacity - peakLoad(held, interval)));
}
