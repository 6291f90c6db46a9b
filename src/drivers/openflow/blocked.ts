import { match } from "ts-pattern";
import { type Attachment, isOnWire } from "../../model/attachment.ts";
import { bandwidth } from "../../model/bandwidth.ts";
import type { BlockedResource } from "../../model/blocked-resource.ts";
import type { DriverCause } from "../../model/errors.ts";
import type { NodeId, PortRef } from "../../model/ids.ts";
import type { ForwardingRule, Segment } from "../../model/segment.ts";
import type { NodeProblem } from "./switch-problem.ts";

/**
 * A problem at a node as a cause, with what the next plan could do without, if the problem does not
 * say so itself: branching there, where the network does; no tunnel; another label behind it; or the node.
 */
export function causeAt(node: NodeId, problem: NodeProblem, segment?: Segment): DriverCause {
  const cause = { node, ...problem };
  if (problem.blocked !== undefined) return cause;
  const blocked = segment === undefined || !isItsOwn(problem) ? [] : avoidable(node, segment);
  return blocked.length === 0 ? cause : { ...cause, blocked };
}

/** Whether it is because of what the switch is or holds, so that it may be better elsewhere. */
function isItsOwn({ kind }: NodeProblem): boolean {
  return match(kind)
    .with("unsupported", "rejected", "conflict", () => true)
    .with("unreachable", "not-confirmed", "misconfigured", "not-master", () => false)
    .exhaustive();
}

function avoidable(node: NodeId, { nodes }: Segment): readonly BlockedResource[] {
  const rules = nodes.find((each) => each.node === node)?.rules ?? [];
  const blocked: BlockedResource[] = [];
  if (rules.some(({ egress }) => egress.length > 1)) blocked.push({ type: "branching", node });
  for (const port of tunnelsOf(rules)) {
    blocked.push({ type: "bandwidth", port, available: bandwidth(0) });
  }
  if (rules.some(isTranslating)) blocked.push({ type: "translation", node });
  return [...blocked, { type: "node", node }];
}

/** The ports at which frames come in or leave under a VNI. */
function tunnelsOf(rules: readonly ForwardingRule[]): ReadonlySet<PortRef> {
  const all = rules.flatMap(({ ingress, egress }) => [ingress, ...egress]);
  return new Set(all.flatMap((at) => (isOnWire(at) ? [] : [at.port])));
}

/** Whether frames come by one link with a label and leave by another with another one. */
function isTranslating({ ingress, role, egress }: ForwardingRule): boolean {
  const isVlan = ({ tag }: Attachment): boolean => typeof tag === "number";
  const isOther = egress.some((to) => to.tag !== ingress.tag && isVlan(to));
  return role === "trunk" && isVlan(ingress) && isOther;
}
