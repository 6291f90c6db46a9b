import type { Discrepancy } from "../../driver-base.ts";
import { portOfLearned } from "./cookie.ts";
import type { Changes, ProgramDiff } from "./diff.ts";
import { matchText } from "./program.ts";

/** A {@link Discrepancy} that does not say yet at which node. */
export type NodeDiscrepancy = Pick<Discrepancy, "kind" | "what">;

/** Says a difference item by item, for people. */
export function discrepanciesOf(diff: ProgramDiff): readonly NodeDiscrepancy[] {
  return [
    ...describe(diff.flows, (flow) => `flow ${matchText(flow.match)}`),
    ...describe(diff.groups, ({ group }) => `group ${group}`),
    ...describe(diff.meters, ({ meter }) => `meter ${meter}`),
    ...diff.unlearned.map((cookie): NodeDiscrepancy => {
      return { kind: "excess", what: `addresses learned behind port ${portOfLearned(cookie)}` };
    }),
  ];
}

function describe<T>(changes: Changes<T>, text: (item: T) => string): readonly NodeDiscrepancy[] {
  const say =
    (kind: NodeDiscrepancy["kind"]) =>
    (item: T): NodeDiscrepancy => ({ kind, what: text(item) });
  return [
    ...changes.missing.map(say("missing")),
    ...changes.differing.map(say("differs")),
    ...changes.excess.map(say("excess")),
  ];
}
