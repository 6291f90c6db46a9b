import type { DomainView } from "../../model/domain-view.ts";
import type { SegmentId } from "../../model/ids.ts";
import type { Discrepancy, HeldSegment, SegmentReport } from "../driver-base.ts";
import type { Circuit } from "./circuit.ts";
import { nodeOf, nodesOf } from "./circuit-cause.ts";
import { differences, moreThanAsked } from "./circuit-differences.ts";
import type { FoundCircuit } from "./circuit-service.ts";

/** What is to be said of every node of a domain that does not answer. */
export function unreachable(domain: DomainView, what: string): readonly Discrepancy[] {
  return domain.nodes.map(({ id }) => ({ node: id, kind: "unreachable", what }));
}

/** How the circuits that were `found` of a segment differ from what is wanted. */
export function reportOf(domain: DomainView, segment: SegmentId, what: Compared): SegmentReport {
  const held = what.found.filter(({ circuit }) => circuit.segment === segment);
  const discrepancies = differences(what.wanted, held, what.isEnough);
  const placed = discrepancies.map(({ circuit, ...each }) => ({
    ...each,
    node: nodeOf(domain, [circuit]),
  }));
  const beyond = moreThanAsked(what.wanted, held);
  return { segment, discrepancies: placed, ...(beyond.length === 0 ? {} : { beyond }) };
}

/** What is compared for a {@link reportOf}. */
interface Compared {
  readonly wanted: readonly Circuit[];
  /** All that the domain has. */
  readonly found: readonly FoundCircuit[];
  readonly isEnough: (found: Circuit, wanted: Circuit) => boolean;
}

/** What a domain has, segment by segment; of those that nobody wants any more, without a name to ask for it by. */
export function heldBySegment(
  domain: DomainView,
  found: readonly FoundCircuit[],
  isWanted: (segment: SegmentId) => boolean,
): readonly HeldSegment[] {
  const bySegment = new Map<SegmentId, readonly Circuit[]>();
  for (const { circuit } of found)
    bySegment.set(circuit.segment, [...(bySegment.get(circuit.segment) ?? []), circuit]);
  return [...bySegment].map(([segment, its]) => {
    const parts = { nodes: nodesOf(domain, its), items: its.length };
    return isWanted(segment) ? { segment, ...parts } : parts;
  });
}
