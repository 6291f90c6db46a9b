import { err, ok, type Result } from "neverthrow";
import { type Attachment, attachmentKey, isOnWire, type VlanTag } from "../../model/attachment.ts";
import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import type { Clock } from "../../model/clock.ts";
import { type PortRef, portRef, type SegmentId, segmentId, vlanId } from "../../model/ids.ts";
import type { Segment } from "../../model/segment.ts";
import { countable, type Times } from "./circuit-times.ts";

/** An end of a circuit: a port of the domain, and the tag that frames carry there. */
export interface CircuitEnd {
  readonly port: PortRef;
  readonly tag: VlanTag;
}

/** A circuit to ask a domain for, and when. Two with the same {@link circuitKey} are the same one. */
export interface Circuit extends Times {
  readonly segment: SegmentId;
  /** In the order of their keys. */
  readonly ends: readonly CircuitEnd[];
  /** Whole Mbit/s, each way. */
  readonly mbps: number;
  /** It is to be promised for its time, and nothing is to pass yet. */
  readonly isReserved?: true;
}

/** How the circuits of a domain are named, and by which clock they are asked for. */
export interface CircuitNames {
  readonly clock: Clock;
  /** What every description begins with: which circuits are ours. */
  readonly mark: string;
  /** What the domain calls a port; undefined for a port that has no name there. */
  readonly urnOf: (port: PortRef) => string | undefined;
}

/** Equal for circuits between the same ends of the same segment, whatever their rates and times. */
export function circuitKey({ segment, ends }: Pick<Circuit, "segment" | "ends">): string {
  return [segment, ...ends.map(({ port, tag }) => `${port}/${tag}`)]
    .map(encodeURIComponent)
    .join(" ");
}

/** What {@link circuitKey} was made of; undefined for any other text. */
export function parseCircuitKey(key: string): Pick<Circuit, "segment" | "ends"> | undefined {
  const [segment = "", ...ends] = key.split(" ").map(decoded);
  const parsed = ends.flatMap(parseEnd);
  return segment === "" || parsed.length < 2 || parsed.length !== ends.length
    ? undefined
    : { segment: segmentId(segment), ends: parsed };
}

const END = /^(?<port>.+)\/(?<tag>untagged|[1-9]\d{0,3})$/;

function parseEnd(text: string): readonly CircuitEnd[] {
  const { port, tag } = END.exec(text)?.groups ?? {};
  if (port === undefined || tag === undefined) return [];
  return [{ port: portRef(port), tag: tag === "untagged" ? tag : vlanId(Number(tag)) }];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** The unit in which domains sell, bit/s. */
export const MEGABIT: Bandwidth = bandwidth(1_000_000);

/**
 * The circuits that make up a segment: the attachments of a node that frames pass between. While a
 * network changes there may be those of two trees at once; `rateOf` tells, by key, the rates of those that
 * the segment no longer names as its ends. The error says what cannot be a circuit.
 */
export function circuitsOf(
  segment: Segment,
  rateOf: (key: string) => number | undefined,
): Result<readonly Circuit[], string> {
  const rates = new Map(segment.ends.map(({ at, rate }) => [attachmentKey(at), rate]));
  const circuits: Circuit[] = [];
  const times = countable(segment.schedule ?? {});
  for (const { node, rules } of segment.nodes) {
    if (rules.some(({ role }) => role === "trunk")) return err(`${node} has wires of its own`);
    for (const joined of components(rules)) {
      const ends = joined.filter(isOnWire).map(({ port, tag }) => ({ port, tag }));
      const given = joined.flatMap((at) => rates.get(attachmentKey(at)) ?? []);
      const key = circuitKey({ segment: segment.id, ends });
      const mbps = given.length === 0 ? rateOf(key) : Math.ceil(Math.max(...given) / MEGABIT);
      if (mbps === undefined) return err(`nobody knows the rate between ${key}`);
      circuits.push({ segment: segment.id, ends, mbps, ...times });
    }
  }
  return ok(circuits);
}

type Rule = Segment["nodes"][number]["rules"][number];

/** The attachments that rules join, each set in the order of its keys. */
function components(rules: readonly Rule[]): readonly (readonly Attachment[])[] {
  const sets = new Map<string, Map<string, Attachment>>();
  for (const { ingress, egress } of rules) {
    const joined = new Map<string, Attachment>();
    for (const at of [ingress, ...egress]) {
      joined.set(attachmentKey(at), at);
      for (const [key, other] of sets.get(attachmentKey(at)) ?? []) joined.set(key, other);
    }
    for (const key of joined.keys()) sets.set(key, joined);
  }
  return [...new Set(sets.values())]
    .filter((set) => set.size > 1)
    .map((set) => [...set].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, at]) => at));
}
