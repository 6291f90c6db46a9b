import type { Arrival, Workload } from "./workload.ts";

/** Somebody who decides on arrivals as they come. */
export interface Admitter {
  /** Takes the network in and says so; what it has is free again once `release` was called for it. */
  admit(arrival: Arrival): boolean;
  release(arrival: Arrival): void;
}

/** Per cent of what was asked for, as networks and as bandwidth. */
export interface Acceptance {
  readonly requests: number;
  readonly bandwidth: number;
}

/** Lets everything arrive and leave. The first tenth of the arrivals fills the fabric and is not counted. */
export function acceptance({ arrivals }: Workload, admitter: Admitter): Acceptance {
  const counted = { asked: 0, taken: 0, askedBandwidth: 0, takenBandwidth: 0 };
  let standing: Arrival[] = [];
  for (const [index, arrival] of arrivals.entries()) {
    const isOver = (other: Arrival): boolean => other.arrive + other.hold <= arrival.arrive;
    for (const other of standing.filter(isOver)) admitter.release(other);
    standing = standing.filter((other) => !isOver(other));
    const isTaken = admitter.admit(arrival);
    if (isTaken) standing.push(arrival);
    if (index < Math.floor(arrivals.length * WARM_UP)) continue;
    counted.asked += 1;
    counted.askedBandwidth += arrival.bandwidth;
    if (!isTaken) continue;
    counted.taken += 1;
    counted.takenBandwidth += arrival.bandwidth;
  }
  return {
    requests: (100 * counted.taken) / counted.asked,
    bandwidth: (100 * counted.takenBandwidth) / counted.askedBandwidth,
  };
}

const WARM_UP = 0.1;
