import { BucketQueue } from "./bucket-queue.ts";
import { MinHeap } from "./min-heap.ts";
import type { MonotoneQueue } from "./monotone-queue.ts";

/**
 * The fastest queue for costs of which no two in it are more than `span` apart: buckets where they are few
 * (Cherkassky, Goldberg and Radzik, Shortest Paths Algorithms: Theory and Experimental Evaluation, 1996).
 */
export function queueFor(span: number): MonotoneQueue {
  return span <= MAX_SPAN ? new BucketQueue(span) : new MinHeap();
}

/** With more buckets than this, most are empty and passed over in vain. */
const MAX_SPAN = 65_536;
