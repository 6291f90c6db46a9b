import { createHash } from "node:crypto";
import type { DomainId, NodeId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import type { Segments } from "../../network/forwarding.ts";
import { currentOf, latestOf, type NetworkRecord } from "../../network/record.ts";
import { type Stage, stages } from "../../network/transition.ts";
import type { Registry } from "../registry.ts";

/** What a digest says of a domain that holds nothing. */
export const NOTHING = "";

/** How a network goes from what it was to what it is to be. */
export interface Journey {
  readonly from: Segments;
  readonly way: readonly Stage[];
}

/** The journey that a record speaks of, the same for all who read it. */
export function journeyOf(registry: Registry, record: NetworkRecord): Journey {
  const was = currentOf(record);
  if (record.phase === "reserved") return { from: new Map(), way: [] };
  const from = was === undefined ? new Map() : registry.segments(record, was);
  if (record.phase === "stable") return { from, way: [] };
  if (record.phase === "teardown") return { from, way: stages(from, new Map(), "in-place") };
  const to = registry.segments(record, latestOf(record));
  const mode = record.phase === "modify" ? record.mode : "in-place";
  return { from, way: stages(from, to, mode ?? "in-place") };
}

/** The states on a journey, its start among them. */
export function statesOf({ from, way }: Journey): readonly Segments[] {
  return [from, ...way.map(({ state }) => state)];
}

/** The nodes of a domain that may hold something on a journey. */
export function nodesOf(journey: Journey, domain: DomainId): ReadonlySet<NodeId> {
  const nodes = statesOf(journey).flatMap((state) => state.get(domain)?.nodes ?? []);
  return new Set(nodes.map(({ node }) => node));
}

/** Says what is asked of a domain, in few characters; generations do not matter. */
export function digestOf(segment: Segment | undefined): string {
  if (segment === undefined) return NOTHING;
  const { id, ends, nodes } = segment;
  const text = JSON.stringify([id, ends, nodes], inOrder);
  return createHash("sha256").update(text).digest("base64url").slice(0, DIGEST_LENGTH);
}

const DIGEST_LENGTH = 22;

/** A replacer that makes texts of equal values equal: a stored object may have its keys in another order. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
