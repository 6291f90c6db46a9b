import type { MatchCodecs } from "../kit/match.ts";
import { type ActionCodecs, actionCodecs } from "./action.ts";
import { type InstructionCodecs, instructionCodecs, meterInstruction } from "./instruction.ts";
import { fields } from "./match.ts";

/** What flow entries of one version are made of. */
export interface PipelineCodecs {
  readonly fields: MatchCodecs;
  readonly actions: ActionCodecs;
  readonly instructions: InstructionCodecs;
}

const actions = actionCodecs(fields);

/** What flow entries of OpenFlow 1.3 are made of. */
export const pipeline: PipelineCodecs = {
  fields,
  actions,
  instructions: instructionCodecs(actions, [meterInstruction]),
};
