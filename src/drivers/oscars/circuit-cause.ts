import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause, DriverFailed } from "../../model/errors.ts";
import type { NodeId } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import type { CircuitFault } from "./circuit-service.ts";

/** A domain of this kind is one node. */
export function nodeOf({ nodes }: DomainView): NodeId {
  const [node] = nodes;
  invariant(node !== undefined, "a domain has a node");
  return node.id;
}

/** Why a circuit is not as asked, in the words of drivers. */
export function causesOf(
  node: NodeId,
  { kind, message, blocked = [] }: CircuitFault,
): readonly DriverCause[] {
  const cause = { node, kind: kind === "unavailable" ? "rejected" : kind, message } as const;
  return blocked.length === 0 ? [cause] : blocked.map((each) => ({ ...cause, blocked: each }));
}

/** The cause that lies in what we were told. */
export function misconfigured(message: string): DriverCause {
  return { kind: "misconfigured", message };
}

/** A failure with these causes. */
export function failed({ id }: DomainView, ...causes: readonly DriverCause[]): DriverFailed {
  return { type: "driver-failed", domain: id, causes };
}
