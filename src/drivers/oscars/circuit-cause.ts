import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause, DriverFailed } from "../../model/errors.ts";
import type { NodeId } from "../../model/ids.ts";
import { invariant } from "../../model/invariant.ts";
import type { Circuit } from "./circuit.ts";
import type { CircuitFault } from "./circuit-service.ts";

/** The nodes at which circuits end, in the order of the inventory; all of the domain, of no circuits. */
export function nodesOf({ nodes }: DomainView, circuits: readonly Circuit[]): readonly NodeId[] {
  const ports = new Set(circuits.flatMap(({ ends }) => ends.map(({ port }) => port)));
  const theirs = nodes.filter((node) => node.ports.some(({ ref }) => ports.has(ref)));
  return (theirs.length > 0 ? theirs : nodes).map(({ id }) => id);
}

/** The first node at which circuits end: a circuit ends at one alone. */
export function nodeOf(domain: DomainView, circuits: readonly Circuit[]): NodeId {
  const [node] = nodesOf(domain, circuits);
  invariant(node !== undefined, "a domain has a node");
  return node;
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

/** The failure of a call while the domain is another agent's to change. */
export function notOurs(domain: DomainView, circuits: readonly Circuit[]): DriverFailed {
  const pending = nodesOf(domain, circuits);
  const message = "another agent serves the domain";
  const causes = pending.map((node): DriverCause => ({ node, kind: "not-master", message }));
  return { ...failed(domain, ...causes), pending };
}
