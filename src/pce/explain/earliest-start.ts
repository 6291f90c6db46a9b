import { type Channel, portChannel } from "../../ledger/channel.ts";
import { channelOf } from "../graph/ledger-view.ts";
import { attempt } from "../plan/attempt.ts";
import type { Obstacle, Scene } from "../plan/scene.ts";
import { bottleneckCut } from "./bottleneck.ts";
import { firstFullPort, startingAt } from "./what-if.ts";

/** When a request could begin. */
export interface EarliestStart {
  /** Milliseconds since the epoch; absent if it would never fit, or was not found. */
  readonly start?: number;
  /** Whether it would not fit at any earlier instant, or at none; else too many had to be tried. */
  readonly isCertain: boolean;
}

/** How many instants may be tried. */
export const MAX_STARTS = 64;

/**
 * The first instant after its own start at which the request would be planned for as long. What is
 * promised lets go only when it ends, so the ends of claims are all that need be tried; where a cut
 * lacks bandwidth, only the ends of claims on it. A request without an end has the less in its way
 * the later it begins: there it is a bisection. What begins before all time has no later start. At most
 * {@link MAX_STARTS} plans, or as many as the binary logarithm of the claims; exact where it says so.
 */
export function earliestStart(scene: Scene): EarliestStart {
  const { start, end } = scene.request.interval;
  if (start === Number.NEGATIVE_INFINITY) return { isCertain: true };
  const ends = [...scene.ledger.claims()].map((claim) => claim.interval.end);
  const later = [...new Set(ends)].filter((at) => at > start && at < Number.POSITIVE_INFINITY);
  later.sort((x, y) => x - y);
  return end === Number.POSITIVE_INFINITY ? bisected(scene, later) : scanned(scene, later);
}

function bisected(scene: Scene, instants: readonly number[]): EarliestStart {
  let isCertain = true;
  const fits = (index: number): boolean => {
    const obstacle = obstacleAt(scene, instants[index] ?? 0);
    if (obstacle?.type === "search-limit") isCertain = false;
    return obstacle === undefined;
  };
  let [low, high] = [-1, instants.length - 1];
  if (high < 0 || !fits(high)) return { isCertain };
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (fits(middle)) high = middle;
    else low = middle;
  }
  const start = instants[high];
  return start === undefined ? { isCertain } : { start, isCertain };
}

function scanned(scene: Scene, instants: readonly number[]): EarliestStart {
  let isCertain = true;
  let last = scene;
  for (let tries = 0; tries < MAX_STARTS; tries++) {
    const release = firstRelease(last);
    const { start } = last.request.interval;
    const next = instants.find((at) => at > start && at >= release);
    if (next === undefined) return { isCertain };
    last = startingAt(scene, next);
    const planned = attempt(last);
    if (planned.isOk()) return { start: next, isCertain };
    if (planned.error.type === "search-limit") isCertain = false;
  }
  return { isCertain: false };
}

/** What is in the way of the request if it begins at `start`. */
function obstacleAt(scene: Scene, start: number): Obstacle | undefined {
  return attempt(startingAt(scene, start)).match(
    () => undefined,
    (obstacle) => obstacle,
  );
}

/** No earlier than this is any bandwidth let go that the request must have; as far as is known. */
function firstRelease(scene: Scene): number {
  const { ledger, request } = scene;
  const channels = channelsInTheWay(scene);
  if (channels === undefined) return Number.NEGATIVE_INFINITY;
  const holders = new Set(
    channels.flatMap((channel) =>
      ledger.holders(channel, request.interval).map(({ holder }) => holder),
    ),
  );
  const ends = [...holders].map(
    (holder) => ledger.claimOf(holder)?.interval.end ?? Number.POSITIVE_INFINITY,
  );
  return Math.min(...ends);
}

/** Channels of which one at least must have more room; `undefined` if none are known. */
function channelsInTheWay(scene: Scene): readonly Channel[] | undefined {
  const { graph, availability } = scene;
  const port = firstFullPort(scene);
  if (port !== undefined) return [portChannel(port, "in"), portChannel(port, "out")];
  const cut = bottleneckCut(scene, (link) => availability.isUsable(link));
  return cut?.map((arc) => channelOf(graph, arc));
}
