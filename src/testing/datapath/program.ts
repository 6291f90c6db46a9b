import { err, ok, type Result } from "neverthrow";
import type { Action } from "../../drivers/openflow/wire/action.ts";
import { TABLE_ALL, TABLE_MAX } from "../../drivers/openflow/wire/constants.ts";
import type { Instruction } from "../../drivers/openflow/wire/instruction.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** The instructions of a flow, each kind at most once, in the order of execution. */
export interface Program {
  readonly meter?: number;
  readonly apply: readonly Action[];
  readonly clear: boolean;
  readonly write: readonly Action[];
  readonly metadata?: { readonly value: bigint; readonly mask: bigint };
  readonly gotoTable?: number;
}

/** How many tables the switch has. */
export const TABLES = 254;

/** Reads the instructions of a flow of a table, or of all of them (OpenFlow 1.3.5 §7.2.4). */
export function compileInstructions(
  instructions: readonly Instruction[],
  table: number,
): Result<Program, Refusal> {
  const seen = new Set<string>();
  let program: Program = { apply: [], clear: false, write: [] };
  for (const instruction of instructions) {
    if (seen.has(instruction.type)) return refuse("bad-instruction", "unknown-instruction");
    seen.add(instruction.type);
    const next = withInstruction(program, instruction, table);
    if (next.isErr()) return err(next.error);
    program = next.value;
  }
  return ok(program);
}

/** The instructions as the switch reports them: in the order of execution, without empty ones. */
export function instructionsOf(program: Program): readonly Instruction[] {
  const instructions: Instruction[] = [];
  if (program.meter !== undefined) instructions.push({ type: "meter", meter: program.meter });
  if (program.apply.length > 0) {
    instructions.push({ type: "apply-actions", actions: program.apply });
  }
  if (program.clear) instructions.push({ type: "clear-actions" });
  if (program.write.length > 0) {
    instructions.push({ type: "write-actions", actions: program.write });
  }
  if (program.metadata !== undefined) {
    const { value, mask } = program.metadata;
    instructions.push({ type: "write-metadata", metadata: value, mask });
  }
  if (program.gotoTable !== undefined) {
    instructions.push({ type: "goto-table", table: program.gotoTable });
  }
  return instructions;
}

/** Whether some action of the program satisfies `test`. */
export function someAction(program: Program, test: (action: Action) => boolean): boolean {
  return program.apply.some(test) || program.write.some(test);
}

function withInstruction(
  program: Program,
  instruction: Instruction,
  table: number,
): Result<Program, Refusal> {
  switch (instruction.type) {
    case "meter":
      return ok({ ...program, meter: instruction.meter });
    case "apply-actions":
      return ok({ ...program, apply: instruction.actions });
    case "clear-actions":
      return ok({ ...program, clear: true });
    case "write-actions":
      return ok({ ...program, write: instruction.actions });
    case "write-metadata":
      return ok({
        ...program,
        metadata: { value: instruction.metadata & instruction.mask, mask: instruction.mask },
      });
    case "goto-table":
      return (table === TABLE_ALL || instruction.table > table) && instruction.table <= TABLE_MAX
        ? ok({ ...program, gotoTable: instruction.table })
        : refuse("bad-instruction", "bad-table-id");
    case "experimenter":
      return refuse("bad-instruction", "bad-experimenter");
    case "stat-trigger":
    case "unknown":
      return refuse("bad-instruction", "unknown-instruction");
    default:
      return instruction satisfies never;
  }
}
