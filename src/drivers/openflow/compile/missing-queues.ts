import { bandwidth } from "../../../model/bandwidth.ts";
import type { PortRef } from "../../../model/ids.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { portsOf } from "./count-items.ts";
import type { PortNumbers, PortQueues } from "./exits.ts";
import type { CompileProblem } from "./refusals.ts";
import type { SwitchProfile } from "./switch-profile.ts";

/**
 * The queues by which frames of these rules should leave and that the switch does not have: OpenFlow
 * cannot make them. A port without a number is a fault of its own.
 */
export function missingQueues(
  rules: readonly ForwardingRule[],
  ports: PortNumbers,
  { queues, profile }: { readonly queues?: PortQueues; readonly profile: SwitchProfile },
): readonly CompileProblem[] {
  if (queues === undefined || queues.size === 0) return NO_PROBLEMS;
  const used = new Set<PortRef>(rules.filter(delivers).flatMap(portsOf));
  return [...used].flatMap((port): readonly CompileProblem[] => {
    const queue = queues.get(port);
    const number = ports.get(port);
    if (queue === undefined || number === undefined) return [];
    if (profile.queues?.get(number)?.includes(queue) === true) return [];
    const blocked = [{ type: "bandwidth", port, available: bandwidth(0) }] as const;
    return [{ kind: "unsupported", message: `port ${port} has no queue ${queue}`, blocked }];
  });
}

function delivers({ egress }: ForwardingRule): boolean {
  return egress.length > 0;
}

const NO_PROBLEMS: readonly CompileProblem[] = [];
