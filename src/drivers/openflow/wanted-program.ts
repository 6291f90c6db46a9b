import type { Result } from "neverthrow";
import type { NetworkNumber } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import { bindDraft } from "./compile/bind.ts";
import type { NodeProgram } from "./compile/program.ts";
import type { OwnNumbers } from "./own-numbers.ts";
import type { NodeProblem } from "./switch-problem.ts";
import type { SwitchTools } from "./switch-tools.ts";

/** What a network's rules come to on a switch that holds `held`; new numbers are noted in `numbers`. */
export function wantedProgram(
  { drafts, profile }: Pick<SwitchTools, "drafts" | "profile">,
  network: NetworkNumber,
  rules: readonly ForwardingRule[],
  { held, numbers }: { readonly held: NodeProgram; readonly numbers: OwnNumbers },
): Result<NodeProgram, readonly NodeProblem[]> {
  return drafts.take(rules, network, profile).andThen((draft) => bindDraft(draft, held, numbers));
}
