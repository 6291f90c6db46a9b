import type { VlanSet } from "../../model/vlan-set.ts";

/** How a way went, and what that cost. */
export interface Trail {
  readonly cost: number;
  readonly hops: number;
  /** The arc by which it came to where it is, and what went before; absent at the start. */
  readonly last?: { readonly arc: number; readonly before: Trail };
}

/** A way from the origin to `node`, with the labels that it may still have. */
export interface LabelledWay extends Trail {
  readonly node: number;
  /** The labels that all links since the last translation may have. */
  readonly labels: VlanSet;
  /** The VLANs that the network may still have. */
  readonly vlans: VlanSet;
  /** Whether the label since the start must be the network's: no translation has come yet. */
  readonly isNetwork: boolean;
}

/** The same with what it has used up. */
export interface Way extends LabelledWay {
  readonly last?: { readonly arc: number; readonly before: Way };
  readonly delayMs: number;
  /** What it has used of that which is watched, each thing as often as it was used. */
  readonly used: readonly number[];
  /** The stops that are still to be made, as bits. */
  readonly left: number;
  /** Whether it ends here. */
  readonly isEnd: boolean;
}

/** Which resources are bounded, so that having used less of them counts. */
export interface BoundedResources {
  readonly hops: boolean;
  readonly delay: boolean;
}

/**
 * Whether whatever `other` could become, `way` at the same node could become no worse: the dominance of
 * label-setting search (Desrochers and Soumis, 1988), ties by {@link isBefore}. O(what they have used).
 */
export function dominates(way: Way, other: Way, bounded: BoundedResources): boolean {
  if (way.cost > other.cost || (way.left & ~other.left) !== 0) return false;
  if (bounded.hops && way.hops > other.hops) return false;
  if (bounded.delay && way.delayMs > other.delayMs) return false;
  if (way.isNetwork && !other.isNetwork) return false;
  if (!includes(way.labels, other.labels) || !includes(way.vlans, other.vlans)) return false;
  return usesNoMore(way.used, other.used) && isBefore(way, other);
}

/** The order among ways to one node that decides ties: cost, hops, then the lowest first links. */
export function isBefore(x: Trail, y: Trail): boolean {
  if (x.cost !== y.cost) return x.cost < y.cost;
  if (x.hops !== y.hops) return x.hops < y.hops;
  return compareArcs(arcsOf(x), arcsOf(y)) < 0;
}

/** The order of paths of one length: by the first arc in which they differ. */
export function compareArcs(x: readonly number[], y: readonly number[]): number {
  const differs = x.findIndex((arc, at) => arc !== y[at]);
  return differs === -1 ? 0 : (x[differs] ?? 0) - (y[differs] ?? 0);
}

/** The arcs of `way`, in order. */
export function arcsOf(way: Trail): number[] {
  const arcs: number[] = [];
  for (let { last } = way; last !== undefined; { last } = last.before) arcs.push(last.arc);
  return arcs.reverse();
}

/** How often `thing` is among `things`. */
export function countOf(things: readonly number[], thing: number): number {
  let count = 0;
  for (const other of things) if (other === thing) count++;
  return count;
}

function usesNoMore(used: readonly number[], others: readonly number[]): boolean {
  return used.every((thing) => countOf(used, thing) <= countOf(others, thing));
}

function includes(set: VlanSet, subset: VlanSet): boolean {
  return set === subset || subset.difference(set).isEmpty;
}
