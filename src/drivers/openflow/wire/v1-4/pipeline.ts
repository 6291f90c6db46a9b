// What flow entries are made of, OpenFlow 1.4.1 §7.2.3 to §7.2.5.
import { int } from "../kit/field.ts";
import { matchCodecs } from "../kit/match.ts";
import { CLASS_BASIC, type FieldSpec } from "../kit/oxm.ts";
import { extensionFields, onfFields } from "../nicira/fields.ts";
import { actionCodecs } from "../v1-3/action.ts";
import { instructionCodecs, meterInstruction } from "../v1-3/instruction.ts";
import { basicFields } from "../v1-3/match.ts";
import type { PipelineCodecs } from "../v1-3/pipeline.ts";

/** The fields of the basic class (§7.2.3.7). */
export const basicFields14: readonly FieldSpec[] = [
  ...basicFields,
  int({ class: CLASS_BASIC, code: 41 }, "pbb_uca", 1),
];

const fields = matchCodecs([...basicFields14, ...extensionFields, ...onfFields]);
const actions = actionCodecs(fields);

/** What flow entries of OpenFlow 1.4 are made of. */
export const pipeline: PipelineCodecs = {
  fields,
  actions,
  instructions: instructionCodecs(actions, [meterInstruction]),
};
