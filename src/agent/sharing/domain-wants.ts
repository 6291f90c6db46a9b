import type { DomainId, NetworkNumber, PortRef } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import type { VlanSet } from "../../model/vlan-set.ts";
import { isUnfinished } from "../../network/record.ts";
import { journeyOf, standingOf, statesOf } from "../journey.ts";
import type { Registry } from "../registry.ts";
import { digestOf } from "./state-digest.ts";
import { stepsOf } from "./steps.ts";
import type { StoreView } from "./store-view.ts";

/** What a domain is to hold for a network, and by which step if there is one. */
export interface Wanted {
  readonly segment: Segment | undefined;
  /** The revision of the step. */
  readonly step?: number;
  /** What the step asks the domain to keep room for. */
  readonly hold?: Hold;
  /** What the domain was to hold before that, one after another, since the network was as it was. */
  readonly since?: readonly (Segment | undefined)[];
}

/** What a domain is asked to keep room for. */
export interface Hold {
  readonly segment: Segment;
  /** The labels that the network could have at a port. */
  readonly offers: ReadonlyMap<PortRef, VlanSet>;
}

/**
 * What the store says that a domain is to hold for a network; undefined when a step names a state of
 * which this agent knows nothing.
 */
export function wantedOf(
  { registry, view }: { readonly registry: Registry; readonly view: StoreView },
  number: NetworkNumber,
  domain: DomainId,
): Wanted | undefined {
  const record = registry.recordOf(number);
  if (record === undefined) return { segment: undefined };
  const step = isUnfinished(record) ? stepsOf(view, number).get(domain) : undefined;
  if (step === undefined) {
    return { segment: standingOf(registry, record).get(domain) };
  }
  const states = statesOf(journeyOf(registry, record)).map((state) => state.get(domain));
  const at = states.findIndex((state) => digestOf(state) === step.state);
  if (at < 0) return undefined;
  const [asked, since] = [states[at], states.slice(0, at)];
  if (step.hold === undefined) return { segment: asked, step: step.revision, since };
  if (asked === undefined) return undefined;
  const hold = { segment: asked, offers: step.hold };
  return { segment: states[0], step: step.revision, hold };
}
