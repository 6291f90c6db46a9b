import { err, ok, Result } from "neverthrow";
import type { DriverBase, SegmentStatistics } from "../drivers/driver-base.ts";
import { attachmentKey } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import type { DcnsError } from "../model/errors.ts";
import { type FrameCount, sumFrames } from "../model/frame-count.ts";
import type { DomainId, NodeId, ProjectId } from "../model/ids.ts";
import { latestOf, type NetworkRecord } from "../network/record.ts";
import type { Deadline } from "./deadline.ts";
import type { Registry } from "./registry.ts";

/** What a network has carried. Counters begin at 0 when a switch gets the network's flows anew. */
export interface NetworkStatistics {
  readonly project: ProjectId;
  /** What all its host ports sent, as far as it is known. */
  readonly received: FrameCount;
  /** What policing dropped of it, at the edge and inside. */
  readonly dropped: FrameCount;
  /** In the order of the network's endpoints; those of which nothing is known are left out. */
  readonly endpoints: readonly EndpointStatistics[];
  /** What is missing, or older than asked for, and why. */
  readonly gaps: readonly StatisticsGap[];
}

/** What one host port sent, and what it was sent. */
export interface EndpointStatistics {
  /** `host:nic` */
  readonly hostPort: string;
  /** What came in and was let in, what was policed away included. */
  readonly received: FrameCount;
  /** What its policer dropped; absent where there is none, or where it polices others as well. */
  readonly dropped?: FrameCount;
  /**
   * What its switch handed to it from the others; absent where that cannot be told, and for the first seconds after
   * some changes of the network.
   */
  readonly sent?: FrameCount;
  /** For how long `sent` has been counted, in milliseconds at the time of the sample; there whenever that is. */
  readonly sentForMs?: number;
  /** For how long `received` has been counted, in milliseconds at the time of the sample. */
  readonly countedForMs: number;
  /** How long ago the switch was asked, in milliseconds. */
  readonly ageMs: number;
}

/** Why something is not known. */
export interface StatisticsGap {
  readonly domain: DomainId;
  readonly node?: NodeId;
  readonly reason: string;
}

/** What statistics are gathered with. */
export interface StatisticsContext {
  readonly registry: Registry;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  readonly clock: Clock;
}

/** Asks every domain of a network what it has counted. */
export async function networkStatistics(
  { registry, drivers, clock }: StatisticsContext,
  record: NetworkRecord,
  maxAgeMs: number | undefined,
  deadline: Deadline,
): Promise<Result<NetworkStatistics, DcnsError>> {
  const limits = { signal: deadline.signal, ...(maxAgeMs !== undefined && { maxAgeMs }) };
  const asked = [...registry.segments(record, latestOf(record)).values()].map((segment) => ({
    domain: segment.domain,
    answer: drivers.get(segment.domain)?.statistics?.(segment.id, limits),
  }));
  const silent = asked.filter(({ answer }) => answer === undefined);
  const answers = await Promise.all(
    asked.map(async ({ domain, answer }) =>
      answer === undefined ? ok([]) : (await answer).map((its) => [{ domain, ...its }]),
    ),
  );
  const all = Result.combine(answers);
  if (all.isErr()) return err(deadline.interruption ?? all.error);
  const segments = all.value.flat();
  const endpoints = endpointsOf(record, segments, clock.now());
  return ok({
    project: record.project,
    received: sumFrames(endpoints.map(({ received }) => received)),
    dropped: sumFrames(segments.map(({ dropped }) => dropped)),
    endpoints,
    gaps: [
      ...silent.map(({ domain }) => ({ domain, reason: "its driver does not count" })),
      ...segments.flatMap(({ domain, gaps }) => gaps.map((gap) => ({ domain, ...gap }))),
    ],
  });
}

function endpointsOf(
  record: NetworkRecord,
  segments: readonly SegmentStatistics[],
  nowMs: number,
): readonly EndpointStatistics[] {
  const byKey = new Map(
    segments.flatMap(({ ends }) => ends.map((end) => [attachmentKey(end.at), end])),
  );
  return latestOf(record).plan.endpoints.flatMap(({ hostPort, attachment }) => {
    const end = byKey.get(attachmentKey(attachment));
    if (end === undefined) return [];
    const { received, dropped, sent, sentForMs, countedForMs, sampledAtMs } = end;
    const ageMs = Math.max(0, nowMs - sampledAtMs);
    const drops = dropped === undefined ? {} : { dropped };
    const sends = sent === undefined || sentForMs === undefined ? {} : { sent, sentForMs };
    return { hostPort, received, ...drops, ...sends, countedForMs, ageMs };
  });
}
