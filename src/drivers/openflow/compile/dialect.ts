import type { Action } from "../wire/action.ts";
import type { FlowMod, FlowStats } from "../wire/flow.ts";
import type { GroupMod } from "../wire/group.ts";
import type { Instruction } from "../wire/instruction.ts";
import { type OfVersion, OPENFLOW_1_5 } from "../wire/version.ts";
import type { ModMessage } from "./stages.ts";

/**
 * How one version of OpenFlow says what a program means. Programs are written and compared in the
 * words of OpenFlow 1.3; only what goes to a switch and comes from it is in the words of its version.
 */
export interface Dialect {
  /** The same change, as the version says it. */
  readonly spoken: (message: ModMessage) => ModMessage;
  /** The same flow entry, read from a switch, as programs say it. */
  readonly understood: (flow: FlowStats) => FlowStats;
}

/** The dialect of a version. */
export function dialectOf(version: OfVersion): Dialect {
  return version === OPENFLOW_1_5 ? dialect15 : plain;
}

const plain: Dialect = { spoken: (message) => message, understood: (flow) => flow };

/**
 * In OpenFlow 1.5 policing is an action, the first of the list here as the instruction came before
 * the actions, and every bucket of a group has a number (1.5.1 §5.10, §7.2.6.8, §7.3.4.3.1).
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
  understood: (flow) => withInstructions(flow, meterAsInstruction),
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

function withBucketIds(message: GroupMod): GroupMod {
  return { ...message, buckets: message.buckets.map((bucket, id) => ({ ...bucket, id })) };
}
