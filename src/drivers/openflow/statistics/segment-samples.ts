import { errAsync, type ResultAsync } from "neverthrow";
import { sumFrames } from "../../../model/frame-count.ts";
import type { NodeId } from "../../../model/ids.ts";
import type { Segment } from "../../../model/segment.ts";
import type { SegmentStatistics } from "../../driver-base.ts";
import type { LiveSwitch } from "../live-switch.ts";
import { describeSessionError } from "../session-error.ts";
import { endsByNode, type NodeCounters } from "./network-counters.ts";

/** What is asked for. */
export interface SampleRequest {
  readonly segment: Segment;
  readonly liveOf: (node: NodeId) => LiveSwitch | undefined;
  /** How old a sample may be that is given again, in milliseconds. */
  readonly maxAgeMs: number;
  readonly nowMs: number;
}

/** What a node said last. */
interface Sample {
  readonly atMs: number;
  readonly counters: NodeCounters;
}

/** The last samples of what segments counted, so that who asks often does not keep switches busy. */
export class SegmentSamples {
  /** They go with the segment: a changed one is another. */
  readonly #bySegment = new WeakMap<Segment, Map<NodeId, Sample>>();

  /** Asks the nodes whose last samples are too old; those that do not answer are named. */
  async take(request: SampleRequest): Promise<SegmentStatistics> {
    const { segment } = request;
    const gaps: { node: NodeId; reason: string }[] = [];
    const known = this.#bySegment.get(segment) ?? new Map<NodeId, Sample>();
    this.#bySegment.set(segment, known);
    const ends = endsByNode(segment.ends);
    await Promise.all(
      segment.nodes.map(async ({ node }) => {
        const ageMs = request.nowMs - (known.get(node)?.atMs ?? Number.NEGATIVE_INFINITY);
        // A clock that was set back says nothing of how old a sample is.
        if (ageMs >= 0 && ageMs < request.maxAgeMs) return;
        const read = await readNode(request, node, ends);
        if (read.isErr()) gaps.push({ node, reason: read.error });
        else known.set(node, { atMs: request.nowMs, counters: read.value });
      }),
    );
    const counters = [...known.values()].map((sample) => sample.counters);
    return {
      segment: segment.id,
      ends: counters.flatMap((one) => one.ends),
      dropped: sumFrames(counters.map(({ dropped }) => dropped)),
      gaps,
    };
  }
}

function readNode(
  { segment, liveOf }: SampleRequest,
  node: NodeId,
  ends: ReturnType<typeof endsByNode>,
): ResultAsync<NodeCounters, string> {
  const live = liveOf(node);
  if (live === undefined) return errAsync("the switch is not connected");
  return live.counters(segment.network, ends.get(node) ?? []).mapErr(describeSessionError);
}
