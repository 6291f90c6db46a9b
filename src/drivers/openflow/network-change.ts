import type { Result } from "neverthrow";
import type { ProgramDiff } from "./compile/diff.ts";
import type { NodeProgram } from "./compile/program.ts";
import type { NodeProblem } from "./switch-problem.ts";

/** What was different before the switch held what is wanted, or why it does not. */
export type Converged = Result<readonly ProgramDiff[], readonly NodeProblem[]>;

/** What was sent to make the switch hold what is wanted, and what it held when that was read back. */
export interface Sent {
  readonly wanted: NodeProgram;
  readonly diff: ProgramDiff;
  readonly held: NodeProgram;
}

/** A network's change on a switch, before anything is sent. */
export interface Prepared {
  readonly wanted: NodeProgram;
  readonly held: NodeProgram;
  readonly diff: ProgramDiff;
  /** What is to be sent: the difference, with all that may have been learned since. */
  readonly mods: ProgramDiff;
}

/** What a network should be on a switch, and in what it is not. */
export interface Judgement {
  readonly wanted: NodeProgram;
  readonly diff: ProgramDiff;
}
