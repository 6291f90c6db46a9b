import type { Action } from "../wire/action.ts";
import type { FlowMod, FlowStats } from "../wire/flow.ts";
import type { GroupMod } from "../wire/group.ts";
import type { Instruction } from "../wire/instruction.ts";
import { IGNORED_BITS, type Match, type OxmField } from "../wire/match.ts";
import { type OfVersion, OPENFLOW_1_0, OPENFLOW_1_5 } from "../wire/version.ts";
import type { ModMessage } from "./stages.ts";

/**
 * How one version of OpenFlow says what a program means. Programs are written and compared in the
 * words of OpenFlow 1.3, where a version has no others; only what goes to a switch and comes from it
 * is in the words of its version.
 */
export interface Dialect {
  /** The same change, as the version says it. */
  readonly spoken: (message: ModMessage) => ModMessage;
  /** The same flow entry, read from a switch, as programs say it. */
  readonly understood: (flow: FlowStats) => FlowStats;
  /** Whether a switch can be asked for the flows with one cookie. */
  readonly selectsByCookie: boolean;
}

/** The dialect of a version. */
export function dialectOf(version: OfVersion): Dialect {
  if (version === OPENFLOW_1_0) return dialect10;
  return version === OPENFLOW_1_5 ? dialect15 : plain;
}

const plain: Dialect = {
  spoken: (message) => message,
  understood: (flow) => flow,
  selectsByCookie: true,
};

/**
 * OpenFlow 1.0 changes and deletes entries whatever their cookie, so that an entry that somebody else
 * put in the place of ours goes with it. In matches it writes down a priority even for frames that
 * have no tag to carry one (1.0.0 §5.2.3, §5.3.3).
 */
const dialect10: Dialect = {
  spoken: (message) => (message.type === "flow-mod" ? { ...message, cookieMask: 0n } : message),
  understood: (flow) => ({ ...flow, match: meaningful(flow.match) }),
  selectsByCookie: false,
};

function meaningful(match: Match): Match {
  const isUntagged = match.some(({ field, value }) => field === "vlan_vid" && value === 0);
  return match.filter(
    (each) =>
      !(isUntagged && each.field === "vlan_pcp") &&
      !(each.field === "unknown" && each.class === IGNORED_BITS.class),
  );
}

/**
 * In OpenFlow 1.5 policing is an action, the first of the list here as the instruction came before
 * the actions, and every bucket of a group has a number (1.5.1 §5.10, §7.2.6.8, §7.3.4.3.1). Open
 * vSwitch then reports two of its registers as one of 64 bits (§7.2.3.10).
 */
const dialect15: Dialect = {
  spoken: (message) => {
    switch (message.type) {
      case "flow-mod":
        return withInstructions(message, meterAsAction);
      case "group-mod":
        return withBucketIds(message);
      case "meter-mod":
        return message;
    }
  },
  understood: (flow) => ({
    ...withInstructions(flow, meterAsInstruction),
    match: flow.match.flatMap(registersOf),
  }),
  selectsByCookie: true,
};

function withInstructions<T extends FlowMod | FlowStats>(
  flow: T,
  change: (instructions: readonly Instruction[]) => readonly Instruction[],
): T {
  return { ...flow, instructions: change(flow.instructions) };
}

function meterAsAction(instructions: readonly Instruction[]): readonly Instruction[] {
  const meters = instructions.flatMap((each) => (each.type === "meter" ? each : []));
  if (meters.length === 0) return instructions;
  const applied = instructions.flatMap((each) =>
    each.type === "apply-actions" ? each.actions : [],
  );
  const others = instructions.filter(({ type }) => type !== "meter" && type !== "apply-actions");
  return [{ type: "apply-actions", actions: [...meters, ...applied] }, ...others];
}

/** Only where the meter comes first: elsewhere it would police something else. */
function meterAsInstruction(instructions: readonly Instruction[]): readonly Instruction[] {
  return instructions.flatMap((each): readonly Instruction[] => {
    if (each.type !== "apply-actions") return [each];
    const [first, ...actions]: readonly Action[] = each.actions;
    if (first?.type !== "meter") return [each];
    return actions.length === 0 ? [first] : [first, { type: "apply-actions", actions }];
  });
}

function registersOf(field: OxmField): Match {
  if (field.field !== "xreg0" || field.mask !== undefined) return [field];
  return [
    { field: "nxm_nx_reg0", value: Number(field.value >> 32n) },
    { field: "nxm_nx_reg1", value: Number(field.value & 0xffff_ffffn) },
  ];
}

function withBucketIds(message: GroupMod): GroupMod {
  return { ...message, buckets: message.buckets.map((bucket, id) => ({ ...bucket, id })) };
}
