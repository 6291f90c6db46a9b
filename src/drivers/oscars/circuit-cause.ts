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
export function causeOf(node: NodeId, { kind, message }: CircuitFault): DriverCause {
  return { node, kind: kind === "unavailable" ? "rejected" : kind, message };
}

/** The cause that lies in what we were told. */
export function misconfigured(message: string): DriverCause {
  return { kind: "misconfigured", message };
}

/** A failure with one cause. */
export function failed({ id }: DomainView, cause: DriverCause): DriverFailed {
  return { type: "driver-failed", domain: id, causes: [cause] };
}
