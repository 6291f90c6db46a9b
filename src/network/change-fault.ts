import { type InvalidRequest, invalidRequest } from "../model/errors.ts";
import { isHeld, sameSchedule, scheduleFault } from "./schedule.ts";
import type { NetworkSpec } from "./spec.ts";

/** What cannot become of a network, whatever the fabric has. */
export function changeFault(
  was: NetworkSpec,
  will: NetworkSpec,
  { hasStarted, now }: { readonly hasStarted: boolean; readonly now: number },
): InvalidRequest | undefined {
  if (will.endpoints.length === 0) {
    return invalidRequest(["remHostPorts"], [], "leaves no endpoint: use teardown");
  }
  if (sameSchedule(was.schedule, will.schedule)) return undefined;
  const { start, end } = will.schedule ?? {};
  if (hasStarted && was.schedule?.start !== start) {
    return invalidRequest(
      ["options", "schedule", "start"],
      start,
      "has come: only the end can change",
    );
  }
  if (hasStarted && isHeld(will.schedule)) {
    return invalidRequest(["options", "schedule", "hold"], true, "cannot be: it has begun");
  }
  const fault = scheduleFault({ ...will.schedule }, now);
  return fault === undefined
    ? undefined
    : invalidRequest(["options", "schedule", "end"], end, fault);
}
