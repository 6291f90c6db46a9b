// What flow entries are made of, OpenFlow 1.5.1 §7.2.3 to §7.2.6.
import type { StandardAction } from "../action.ts";
import type { StandardInstruction } from "../instruction.ts";
import { int } from "../kit/field.ts";
import { flowStatList } from "../kit/flow-stat.ts";
import { matchCodecs } from "../kit/match.ts";
import { CLASS_BASIC, type FieldCode } from "../kit/oxm.ts";
import { u16, u32 } from "../kit/scalars.ts";
import { pad } from "../kit/struct.ts";
import { type Variant, variant } from "../kit/union.ts";
import { extensionFields } from "../nicira/fields.ts";
import { actionCodecs } from "../v1-3/action.ts";
import { instructionCodecs } from "../v1-3/instruction.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";
import { basicFields14 } from "../v1-4/pipeline.ts";

const basic = (code: number): FieldCode => ({ class: CLASS_BASIC, code });

const fields = matchCodecs([
  ...basicFields14,
  int(basic(42), "tcp_flags", 2),
  int(basic(43), "actset_output", 4),
  int(basic(44), "packet_type", 4),
  ...extensionFields,
]);

const newActions: readonly Variant<StandardAction>[] = [
  variant(28, "copy-field", {
    bits: u16,
    sourceOffset: u16,
    destinationOffset: u16,
    _: pad(2),
    source: fields.fieldId,
    destination: fields.fieldId,
  }),
  variant(29, "meter", { meter: u32 }),
];
const actions = actionCodecs(fields, newActions);

const newInstructions: readonly Variant<StandardInstruction>[] = [
  variant(7, "stat-trigger", { flags: u32, thresholds: flowStatList }),
];

/** What flow entries of OpenFlow 1.5 are made of. */
export const pipeline: PipelineCodecs = {
  fields,
  actions,
  instructions: instructionCodecs(actions, newInstructions),
};
