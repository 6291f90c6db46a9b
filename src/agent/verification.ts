import { err, ok, Result, type ResultAsync } from "neverthrow";
import type {
  CallOptions,
  DriverBase,
  ProbeOutcome,
  ProbeReport,
  SegmentReport,
} from "../drivers/driver-base.ts";
import { attachmentKey } from "../model/attachment.ts";
import type { DcnsError, DriverError } from "../model/errors.ts";
import type { DomainId, ProjectId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import { latestOf, type NetworkRecord } from "../network/record.ts";
import type { Deadline } from "./deadline.ts";
import type { Places } from "./places.ts";
import type { Registry } from "./registry.ts";

/** Whether a network is as it should be. */
export interface VerifyReport {
  readonly project: ProjectId;
  /** Whether the nodes hold what they should: no segment has a discrepancy. */
  readonly consistent: boolean;
  readonly segments: readonly SegmentReport[];
  /** What became of probe frames; there when they were asked for. */
  readonly dataPlane?: DataPlaneReport;
}

/** What became of probe frames from every host port of a network to every other. */
export interface DataPlaneReport {
  /** Whether every pair was tested, and reached by one copy. */
  readonly complete: boolean;
  readonly pairs: readonly DataPlanePair[];
}

/** What became of probe frames from one host port to another; both as `host:nic`. */
export type DataPlanePair = { readonly from: string; readonly to: string } & ProbeOutcome;

/** What a verification works with. */
export interface VerificationContext {
  readonly registry: Registry;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  /** Who has one of these may send probes. */
  readonly probes: Places;
}

/** Compares what the nodes hold with what they should, and sends probe frames if that is asked. */
export async function verify(
  context: VerificationContext,
  record: NetworkRecord,
  dataPlane: boolean,
  deadline: Deadline,
): Promise<Result<VerifyReport, DcnsError>> {
  const reports = await eachSegment(context, record, deadline, (driver, id, options) =>
    driver.verify(id, options),
  );
  const probes = dataPlane ? await probe(context, record, deadline) : ok([]);
  return Result.combine([reports, probes]).map(([segments, probed]) => ({
    project: record.project,
    consistent: segments.every(({ discrepancies }) => discrepancies.length === 0),
    segments,
    ...(dataPlane && { dataPlane: dataPlaneReport(record, probed) }),
  }));
}

/** Has every domain send probes, when it is this network's turn. */
async function probe(
  context: VerificationContext,
  record: NetworkRecord,
  deadline: Deadline,
): Promise<Result<readonly ProbeReport[], DcnsError>> {
  using place = await context.probes.take(deadline.signal);
  if (place === undefined && deadline.interruption !== undefined) return err(deadline.interruption);
  return await eachSegment(context, record, deadline, (driver, id, options) =>
    driver.probe?.(id, options),
  );
}

/** Asks every domain for something about its segment; those that have no answer are left out. */
async function eachSegment<T>(
  { registry, drivers }: Pick<VerificationContext, "registry" | "drivers">,
  record: NetworkRecord,
  deadline: Deadline,
  ask: (
    driver: DriverBase,
    segment: SegmentReport["segment"],
    options: CallOptions,
  ) => ResultAsync<T, DriverError> | undefined,
): Promise<Result<readonly T[], DcnsError>> {
  const segments = [...registry.segments(record, latestOf(record)).values()];
  const answers = await Promise.all(
    segments.flatMap(({ domain, id }) => {
      const driver = drivers.get(domain);
      invariant(driver !== undefined, `domain ${domain} has a driver`);
      return ask(driver, id, { signal: deadline.signal }) ?? [];
    }),
  );
  const all = Result.combine(answers);
  return all.isErr() ? err(deadline.interruption ?? all.error) : ok(all.value);
}

/** Puts host ports in the place of attachments, and says what no probe told. */
function dataPlaneReport(record: NetworkRecord, probed: readonly ProbeReport[]): DataPlaneReport {
  const outcomes = new Map(
    probed.flatMap(({ pairs }) =>
      pairs.map(({ from, to, outcome }) => [
        `${attachmentKey(from)} > ${attachmentKey(to)}`,
        outcome,
      ]),
    ),
  );
  const { endpoints } = latestOf(record).plan;
  const pairs = endpoints.flatMap((from) =>
    endpoints.flatMap((to): readonly DataPlanePair[] => {
      if (from === to) return [];
      const key = `${attachmentKey(from.attachment)} > ${attachmentKey(to.attachment)}`;
      const outcome = outcomes.get(key) ?? NO_PROBE;
      return [{ from: from.hostPort, to: to.hostPort, ...outcome }];
    }),
  );
  const isWhole = (pair: DataPlanePair): boolean => pair.status === "reached" && pair.copies === 1;
  return { complete: pairs.every(isWhole), pairs };
}

const NO_PROBE: ProbeOutcome = {
  status: "untested",
  reason: "no driver sends probes all the way between them",
};
