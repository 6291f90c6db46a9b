import { attachmentKey } from "../../../model/attachment.ts";
import { formatBandwidth } from "../../../model/bandwidth.ts";
import type { DriverCause } from "../../../model/errors.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { meterFlag } from "../wire/constants.ts";
import { countItems } from "./count-items.ts";
import { MAX_METER_KBPS, meterKbps } from "./meter.ts";
import { hasGroups, type SwitchProfile } from "./switch-profile.ts";

/** Why a node cannot do what a rule asks. */
export type CompileProblem = Pick<DriverCause, "kind" | "message">;

/** How many copies a group can make: what fits into one message of 64 KiB, at 48 bytes a bucket. */
const MAX_FAN_OUT = 1300;

/** The place of groups of type ALL in the bits of their types, and of bands that drop in theirs. */
const ALL_GROUPS = 1 << 0;
const DROP_BANDS = 1 << 1;

/** Why a switch with this profile cannot carry these rules in this table; empty when it can. */
export function refusalsOf(
  rules: readonly ForwardingRule[],
  { table, profile }: { readonly table: number; readonly profile: SwitchProfile },
): readonly CompileProblem[] {
  const needs = countItems(rules, profile);
  const reasons = [
    ...(rules.length > 0 ? tableFaults(table, profile) : []),
    ...(needs.groups > 0 ? groupFaults(needs.groups, profile) : []),
    ...(needs.meters > 0 ? meterFaults(rules, profile) : []),
    ...excessiveFanOut(rules, profile),
  ];
  return reasons.map((message) => ({ kind: "unsupported", message }));
}

function tableFaults(table: number, profile: SwitchProfile): readonly string[] {
  if (!hasGroups(profile) && table !== 0) {
    return [`OpenFlow 1.0 programs table 0 only, not table ${table}`];
  }
  return table < profile.tables ? [] : [`the switch has ${profile.tables} tables: no ${table}`];
}

function groupFaults(wanted: number, { groups }: SwitchProfile): readonly string[] {
  if (groups === undefined) return [];
  if ((groups.types & ALL_GROUPS) === 0) return ["the switch has no groups of type ALL"];
  const limit = groups.maxGroups.all;
  return wanted > limit ? [`the switch has ${limit} groups of type ALL: ${wanted} are needed`] : [];
}

function meterFaults(
  rules: readonly ForwardingRule[],
  { meters }: SwitchProfile,
): readonly string[] {
  if (meters === undefined || meters.maxMeter === 0) return ["the switch has no meters"];
  if ((meters.bandTypes & DROP_BANDS) === 0) return ["the switch has no meters that drop"];
  if ((meters.capabilities & meterFlag.kbps) === 0) return ["no meter counts in kbit/s"];
  return excessiveRates(rules);
}

function excessiveRates(rules: readonly ForwardingRule[]): readonly string[] {
  return rules
    .flatMap((rule) => rule.police ?? [])
    .filter(({ rate }) => meterKbps(rate) > MAX_METER_KBPS)
    .map(({ key, rate }) => `no meter is as fast as ${formatBandwidth(rate)} (policer ${key})`);
}

function excessiveFanOut(
  rules: readonly ForwardingRule[],
  profile: SwitchProfile,
): readonly string[] {
  const what = hasGroups(profile) ? "group has" : "flow makes";
  const copies = hasGroups(profile) ? "buckets" : "copies";
  return rules
    .filter((rule) => rule.egress.length >= MAX_FAN_OUT)
    .map((rule) => `no ${what} ${rule.egress.length} ${copies} (${attachmentKey(rule.ingress)})`);
}
