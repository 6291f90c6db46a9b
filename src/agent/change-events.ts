import type { Decision } from "../network/decide.ts";
import type { StableRecord } from "../network/record.ts";
import type { AgentEvent } from "./agent-event.ts";

/** What there is to tell of a change that was made, beside the network's new state. */
export function changeEvents(
  { project, current }: StableRecord,
  { mode, target, keptTreeLacks }: Decision,
): readonly AgentEvent[] {
  if (mode === "in-place") return [];
  return [
    {
      type: "network-rerouted",
      project,
      from: current.plan.links.map(({ link }) => link),
      to: target.plan.links.map(({ link }) => link),
      ...(keptTreeLacks === undefined ? {} : { because: keptTreeLacks }),
    },
  ];
}
