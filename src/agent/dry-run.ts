import type { Result } from "neverthrow";
import type { DriverBase, NodeCost } from "../drivers/driver-base.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import type { Clock } from "../model/clock.ts";
import type { DcnsError } from "../model/errors.ts";
import { type DomainId, networkNumber, type ProjectId } from "../model/ids.ts";
import type { Delivery, SegmentInfo } from "../model/network.ts";
import { holderOf } from "../network/claims.ts";
import { type Decision, decideSetup } from "../network/decide.ts";
import { type Segments, segmentsOf } from "../network/forwarding.ts";
import { standbyOf } from "../network/realisation.ts";
import { heldInterval, reservedInterval, startsLater } from "../network/schedule.ts";
import type { NetworkSpec } from "../network/spec.ts";
import { floodAllowanceOf } from "../network/traffic.ts";
import {
  type NetworkPlan as ComputedPlan,
  explainRefusal,
  type PlannedLink,
} from "../pce/index.ts";
import type { Conductor } from "./conductor.ts";
import { plannedAround } from "./crankback.ts";
import type { Registry } from "./registry.ts";

/** A dry run's answer: the tree with everything it would reserve, and what each node would hold. */
export interface NetworkPlan extends ComputedPlan {
  readonly project: ProjectId;
  /** What stands by, where the network is to be protected: the second path, or the bypasses of a tree. */
  readonly backup?: readonly PlannedLink[];
  readonly delivery: Delivery;
  /** What each endpoint may flood where `delivery` is not `flood`, bit/s. */
  readonly floodAllowance: Bandwidth;
  readonly segments: readonly Pick<SegmentInfo, "id" | "domain">[];
  readonly nodes: readonly NodeCost[];
}

/** What a dry run works with. */
export interface DryRunContext {
  readonly registry: Registry;
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  readonly conductor: Conductor;
  readonly clock: Clock;
}

/** Stands for the number that a planned network would get; no network has it, so switches hold nothing of it. */
const ANY_NUMBER = networkNumber(2 ** 32 - 1);

/** What a setup would make, or why it would be refused; changes nothing. */
export function dryRun(
  { registry, drivers, conductor, clock }: DryRunContext,
  project: ProjectId,
  spec: NetworkSpec,
): Result<NetworkPlan, DcnsError> {
  const holder = holderOf(project);
  const number = registry.record(project)?.number ?? ANY_NUMBER;
  const segmentsFor = ({ target }: Decision): Segments =>
    segmentsOf(registry.topology, { project, number }, target);
  const isLater = startsLater(spec.schedule, clock.now());
  const interval = (isLater ? reservedInterval : heldInterval)(spec.schedule);
  const planned = plannedAround({
    holder,
    // A dry run has the time to say which single changes of the request would succeed.
    view: () => ({ ...registry.view(), planner: explainRefusal }),
    decide: (view) => decideSetup(view, holder, spec, interval),
    unsupported: (decision) =>
      conductor.unsupported([segmentsFor(decision)], isLater ? "later" : "now"),
  });
  return planned.map((decision) => {
    const { target } = decision;
    const segments = [...segmentsFor(decision).values()];
    const standby = standbyOf(target);
    return {
      ...target.plan,
      ...(standby === undefined ? {} : { backup: standby }),
      project,
      delivery: target.spec.delivery,
      floodAllowance: floodAllowanceOf(target.spec),
      segments: segments.map(({ id, domain }) => ({ id, domain })),
      nodes: segments.flatMap((segment) => drivers.get(segment.domain)?.cost(segment) ?? []),
    };
  });
}
