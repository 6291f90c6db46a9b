import { NETWORK_MASK } from "../compile/cookie.ts";
import type { ModMessage } from "../compile/stages.ts";
import { type FlowMod, flowMod } from "../wire/flow.ts";
import type { Trial } from "./trial.ts";

/** Should the agent die meanwhile, the switch forgets the flows by itself. */
const LIFETIME_S = 60;

/** Installs the flow of a trial. */
export function add(flow: Trial["flow"]): FlowMod {
  return flowMod({ command: "add", ...flow, hardTimeoutS: LIFETIME_S });
}

/** Removes it. */
export function remove({ table, priority, cookie, match }: Trial["flow"]): FlowMod {
  const cookieMask = NETWORK_MASK;
  return flowMod({ command: "delete-strict", table, priority, cookie, cookieMask, match });
}

/** Makes or removes the group or the meter that a trial needs; nothing where it needs none. */
export function needOf({ group, meter }: Trial, command: "add" | "delete"): ModMessage | undefined {
  const isAdd = command === "add";
  if (group !== undefined) {
    return { ...group, type: "group-mod", command, buckets: isAdd ? group.buckets : [] };
  }
  if (meter === undefined) return undefined;
  return { ...meter, type: "meter-mod", command, bands: isAdd ? meter.bands : [] };
}
