import { attachmentKey } from "../../../model/attachment.ts";
import { formatBandwidth } from "../../../model/bandwidth.ts";
import type { DriverCause } from "../../../model/errors.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { groupCapability, meterFlag } from "../wire/constants.ts";
import type { GroupFeatures } from "../wire/group.ts";
import { countGroups, draftForCounting, policersOf } from "./count-items.ts";
import type { Draft } from "./draft.ts";
import { featureNames, featuresOf, taughtFeatures } from "./features.ts";
import { MAX_METER_KBPS, type MeterSteps, meterKbps } from "./meter.ts";
import { type PipelineTable, pipelineTable, taughtTable } from "./pipeline.ts";
import {
  hasGroups,
  type Learning,
  lacksOf,
  programmed,
  type SwitchProfile,
} from "./switch-profile.ts";
import { tunnelFaults } from "./tunnel-faults.ts";

/** Why a node cannot do what a rule asks. */
export type CompileProblem = Pick<DriverCause, "kind" | "message" | "blocked">;

/** How many copies a group can make: what fits into one message of 64 KiB, at 48 bytes a bucket. */
const MAX_FAN_OUT = 1300;

/** The place of groups in the bits of their types, and what they are called. */
const groupKinds = {
  all: { bit: 1 << 0, name: "ALL", limit: ({ maxGroups }: GroupFeatures) => maxGroups.all },
  failover: {
    bit: 1 << 3,
    name: "FAST FAILOVER",
    limit: ({ maxGroups }: GroupFeatures) => maxGroups.fastFailover,
  },
} as const;

/** The place of bands that drop in the bits of their types. */
const DROP_BANDS = 1 << 1;

/** Where the rules would go. */
export interface RefusalOptions {
  readonly table: number;
  readonly learning?: Learning;
  readonly profile: SwitchProfile;
}

/** Why a switch with this profile cannot carry these rules from this table on; empty when it can. */
export function refusalsOf(
  rules: readonly ForwardingRule[],
  options: RefusalOptions,
): readonly CompileProblem[] {
  const { learning = "either", profile } = options;
  const draft = draftForCounting(rules, programmed(profile, learning));
  return refusalsOfDraft(rules, draft, options, 0);
}

/** The same when the rules are drafted already; `firstTable` is the first table of the draft. */
export function refusalsOfDraft(
  rules: readonly ForwardingRule[],
  draft: Draft,
  { table, learning = "either", profile: real }: RefusalOptions,
  firstTable: number,
): readonly CompileProblem[] {
  const profile = programmed(real, learning);
  const groups = countGroups(draft);
  const reasons = [
    ...(rules.length > 0 ? tableFaults(table + lastTable(rules, profile), table, profile) : []),
    ...tunnelFaults(rules, profile),
    ...(rules.some(isChoosing) ? choiceFaults(rules, profile, learning) : []),
    ...(groups.all > 0 ? groupFaults("all", groups.all, profile) : []),
    ...(rules.some(failsOver) ? failoverFaults(groups["fast-failover"], profile) : []),
    ...(isChained(draft) ? chainFaults(profile) : []),
    ...(draft.meters.size > 0 ? meterFaults(rules, profile) : []),
    ...excessiveFanOut(rules, profile),
    ...missingFeatures(draft, firstTable, profile),
  ];
  return reasons.map((message) => ({ kind: "unsupported", message }));
}

function isChained({ groups }: Draft): boolean {
  return [...groups.values()].some(({ buckets }) =>
    buckets.some(({ group }) => group !== undefined),
  );
}

/** What the self-test has found to be lacking of what is needed. */
function missingFeatures(
  draft: Draft,
  firstTable: number,
  profile: SwitchProfile,
): readonly string[] {
  const lacks = lacksOf(profile);
  if (lacks.length === 0) return [];
  const needed = featuresOf(draft, firstTable);
  return lacks
    .filter(({ feature }) => needed.has(feature))
    .map(({ feature, reason }) => `the switch cannot ${featureNames[feature]}: ${reason}`);
}

/** Whether addresses can be learned in the tables from this one on, by the switch or for it. */
export function canLearn({ table, learning = "either", profile }: RefusalOptions): boolean {
  const { learns, tables, ...others } = programmed(profile, learning);
  if (learns) return table + pipelineTable.addresses < tables;
  if (learning === "switch" || !hasGroups(others)) return false;
  const missing = lacksOf(others).some(({ feature }) => taughtFeatures.has(feature));
  return !missing && table + taughtTable.deliver < tables;
}

function isChoosing({ unicast, egress }: ForwardingRule): boolean {
  return unicast !== undefined && egress.length > 1;
}

function learns({ unicast, egress }: ForwardingRule): boolean {
  return unicast?.learn !== undefined && egress.length > 1;
}

/** The last table of the pipeline that the rules need. */
function lastTable(
  rules: readonly ForwardingRule[],
  { learns: can }: Pick<SwitchProfile, "learns">,
): PipelineTable {
  if (rules.some(learns)) return can ? pipelineTable.addresses : taughtTable.deliver;
  if (rules.some(isChoosing)) return pipelineTable.deliver;
  const isTwice = rules.some(({ thenPolice }) => thenPolice !== undefined);
  return isTwice ? pipelineTable.limit : pipelineTable.admit;
}

function tableFaults(last: number, first: number, profile: SwitchProfile): readonly string[] {
  if (!hasGroups(profile)) {
    return first === 0 ? [] : [`OpenFlow 1.0 programs table 0 only, not table ${first}`];
  }
  const { tables } = profile;
  if (last < tables) return [];
  const needed = first === last ? `${last}` : `${first} to ${last}`;
  return [`the switch has ${tables} tables: no ${needed}`];
}

/** What delivery by address needs. */
function choiceFaults(
  rules: readonly ForwardingRule[],
  profile: SwitchProfile,
  learning: Learning,
): readonly string[] {
  if (!hasGroups(profile)) {
    return ["OpenFlow 1.0 cannot deliver by address: it has one table and no meters"];
  }
  const isMissing = rules.some(learns) && !profile.learns && learning === "switch";
  return isMissing ? ["the switch cannot learn addresses, and the agent is not to"] : [];
}

function failsOver({ failover }: ForwardingRule): boolean {
  return failover !== undefined;
}

/** What it takes for one group to send copies on to another. */
function chainFaults({ groups }: SwitchProfile): readonly string[] {
  if (groups === undefined || (groups.capabilities & groupCapability.chaining) !== 0) return [];
  return ["the switch cannot chain groups: it cannot fail over at a node where a tree branches"];
}

/** What it takes to change over to another way without being told. */
function failoverFaults(wanted: number, profile: SwitchProfile): readonly string[] {
  if (!hasGroups(profile)) return ["OpenFlow 1.0 has no groups: the switch cannot fail over"];
  return groupFaults("failover", wanted, profile);
}

function groupFaults(
  kind: keyof typeof groupKinds,
  wanted: number,
  { groups }: SwitchProfile,
): readonly string[] {
  if (groups === undefined) return [];
  const { bit, name, limit: limitOf } = groupKinds[kind];
  if ((groups.types & bit) === 0) return [`the switch has no groups of type ${name}`];
  const limit = limitOf(groups);
  return wanted > limit
    ? [`the switch has ${limit} groups of type ${name}: ${wanted} are needed`]
    : [];
}

function meterFaults(
  rules: readonly ForwardingRule[],
  { meters, meterSteps }: SwitchProfile,
): readonly string[] {
  if (meters === undefined || meters.maxMeter === 0) return ["the switch has no meters"];
  if ((meters.bandTypes & DROP_BANDS) === 0) return ["the switch has no meters that drop"];
  if ((meters.capabilities & meterFlag.kbps) === 0) return ["no meter counts in kbit/s"];
  return excessiveRates(rules, meterSteps);
}

function excessiveRates(
  rules: readonly ForwardingRule[],
  steps: MeterSteps | undefined,
): readonly string[] {
  return rules
    .flatMap(policersOf)
    .filter(({ rate }) => meterKbps(rate, steps) > MAX_METER_KBPS)
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
