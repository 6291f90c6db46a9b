import { err, ok, type Result } from "neverthrow";
import type { DomainView } from "../../model/domain-view.ts";
import type { DriverCause } from "../../model/errors.ts";
import type { Segment } from "../../model/segment.ts";
import { type Circuit, circuitsOf } from "./circuit.ts";
import { misconfigured, nodeOf } from "./circuit-cause.ts";

/** What is known of the domain that a segment is for. */
export interface CircuitDomain {
  readonly domain: DomainView;
  /** Whether it joins more than two ends in one circuit. */
  readonly multipoint: boolean;
  /** The rate of a circuit, by its key, as far as that is known; Mbit/s. */
  readonly rateOf: (key: string) => number | undefined;
}

/** The circuits of a segment, if it is one of this domain and the domain can make them. */
export function circuitsFor(
  segment: Segment,
  { domain, multipoint, rateOf }: CircuitDomain,
): Result<readonly Circuit[], DriverCause> {
  const nodes = new Set(domain.nodes.map(({ id }) => id));
  const unknown = segment.nodes.find(({ node }) => !nodes.has(node));
  if (unknown !== undefined) return err({ ...misconfigured("unknown node"), node: unknown.node });
  return circuitsOf(segment, rateOf)
    .mapErr(misconfigured)
    .andThen((circuits) => {
      const tooMany = circuits.find(({ ends }) => ends.length > 2);
      if (tooMany === undefined || multipoint) return ok(circuits);
      const node = nodeOf(domain, [tooMany]);
      return err<readonly Circuit[], DriverCause>({
        ...{ node, kind: "unsupported", blocked: [{ type: "branching", node }] },
        message: `cannot join ${tooMany.ends.length} ends at once`,
      });
    });
}
