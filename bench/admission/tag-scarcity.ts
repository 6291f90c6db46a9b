import type { Random } from "dcns/testing";
import { type LinkTags, meanTreeSize } from "./greedy.ts";
import { exponential, requestedNodes } from "./random-workload.ts";
import type { Arrival, Fabric, Workload } from "./workload.ts";

/** A workload for which tags are scarce and bandwidth is not. */
export interface TagWorkload extends Workload {
  readonly tags: LinkTags;
}

/** How the tags of links differ: not at all, or each link's begin somewhere else. */
export type TagRanges = "equal" | "staggered";

/**
 * Poisson arrivals that stay for exponential times, four of five between two nodes and the others
 * among three to six, as many as would take {@link LOAD} of all tags.
 */
export function tagWorkload(
  fabric: Fabric,
  ranges: TagRanges,
  count: number,
  random: Random,
): TagWorkload {
  const requests = Array.from({ length: count }, () => requestedNodes(fabric, random));
  const rate = (LOAD[ranges] * TAGS * fabric.links.length) / meanTreeSize(fabric, requests);
  let arrive = 0;
  const arrivals = requests.map((endpoints): Arrival => {
    arrive += exponential(random) / rate;
    return { arrive, hold: exponential(random), bandwidth: fabric.capacity / 10_000, endpoints };
  });
  const tags = fabric.links.map(() => {
    const first = 2 + (ranges === "equal" ? 0 : Math.floor(random.next() * STAGGER));
    return new Set(Array.from({ length: TAGS }, (_, index) => first + index));
  });
  return { name: `${fabric.name}-tags-${ranges}`, fabric, arrivals, tags };
}

/** Tags of a link. */
const TAGS = 100;

/** By how much the first tags of two links differ at most. */
const STAGGER = 100;

/** What part of all tags would be in use if every network were admitted, on shortest paths. */
const LOAD = { equal: 0.46, staggered: 0.44 };
