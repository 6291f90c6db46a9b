import type { DomainId, NodeId } from "../model/ids.ts";
import { type Owner, promisesOf, type Segments } from "../network/forwarding.ts";
import type { Realisation } from "../network/realisation.ts";
import type { NetworkRecord } from "../network/record.ts";
import { type Stage, stages, stagesOfPromise } from "../network/transition.ts";
import type { Registry } from "./registry.ts";

/** How a network goes from what it was to what it is to be. */
export interface Journey {
  readonly from: Segments;
  readonly way: readonly Stage[];
}

/** The journey that a record speaks of, the same for all who read it. */
export function journeyOf(registry: Registry, record: NetworkRecord): Journey {
  const from = standingOf(registry, record);
  switch (record.phase) {
    case "stable":
    case "reserved":
      return { from, way: [] };
    case "teardown":
      return { from, way: stages(from, NOTHING, "in-place") };
    case "reserving":
      return { from, way: stagesOfPromise(from, promises(registry, record, record.target)) };
    case "setup":
    case "provision":
      return { from, way: stages(from, registry.segments(record, record.target), "in-place") };
    case "modify": {
      const to = registry.segments(record, record.target);
      return { from, way: stages(from, to, record.mode ?? "in-place") };
    }
  }
}

/** What domains hold for a network before anything of what its record says was begun is done. */
export function standingOf(registry: Registry, record: NetworkRecord): Segments {
  switch (record.phase) {
    case "setup":
      return NOTHING;
    case "reserving":
      return record.before === undefined ? NOTHING : promises(registry, record, record.before);
    case "reserved":
    case "provision":
      return promises(registry, record, record.target);
    case "teardown":
      return record.isReserved === true
        ? promises(registry, record, record.current)
        : registry.segments(record, record.current);
    case "stable":
    case "modify":
      return registry.segments(record, record.current);
  }
}

const NOTHING: Segments = new Map();

function promises(registry: Registry, owner: Owner, realisation: Realisation): Segments {
  const { schedule } = realisation.spec;
  return promisesOf(registry.segments(owner, realisation), registry.keepsSchedule, schedule);
}

/** The states on a journey, its start among them. */
export function statesOf({ from, way }: Journey): readonly Segments[] {
  return [from, ...way.map(({ state }) => state)];
}

/** The nodes that may hold something on a journey, of one domain or of all. */
export function nodesOf(journey: Journey, domain?: DomainId): ReadonlySet<NodeId> {
  const nodes = statesOf(journey).flatMap((state) =>
    [...state].flatMap(([one, segment]) =>
      domain === undefined || one === domain ? segment.nodes : [],
    ),
  );
  return new Set(nodes.map(({ node }) => node));
}
