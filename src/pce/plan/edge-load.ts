import { type Bandwidth, bandwidth } from "../../model/bandwidth.ts";
import type { Traffic } from "./plan.ts";

/** The endpoints on one side of a tree edge. */
export interface Side {
  /** Sum of their rates, bit/s. */
  readonly rate: number;
  readonly count: number;
}

/**
 * What a tree edge must reserve in the direction from the endpoints `from` to the endpoints `to`,
 * in bit/s. The edge may be a link or an endpoint's own access to the fabric.
 *
 * - Known unicast, hose: neither side sends or receives more than its rates allow, so
 *   min(rate of `from`, rate of `to`), and what `from` may flood on top of it (Duffield et al., A
 *   Flexible Model for Resource Management in Virtual Private Networks, SIGCOMM 1999).
 * - Everything flooded, hose: every frame crosses every edge, so the rate of `from`.
 * - Shared: the network as a whole has one bandwidth, so never more than that.
 *
 * Exact: some traffic that is allowed sends as much, and none sends more. Where nodes let through more than they are told, so much
 * at least is reserved as they may ({@link Traffic.overshoot}), though no more than all that is sent. O(1).
 */
export function edgeLoad(traffic: Traffic, from: Side, to: Side): Bandwidth {
  const whole = traffic.bandwidth + (traffic.overshoot?.whole ?? 0);
  const bound = traffic.sharing === "shared" ? whole : Number.MAX_SAFE_INTEGER;
  return bounded(Math.ceil(Math.min(hoseLoad(traffic, from, to), bound)));
}

/** A bandwidth of this many bit/s, or the greatest there is: no channel has more than that either. */
export function bounded(bitsPerSecond: number): Bandwidth {
  return bandwidth(Math.min(bitsPerSecond, Number.MAX_SAFE_INTEGER));
}

/** The least that {@link edgeLoad} can be, in either direction, on an edge that parts `rates`. */
export function leastLoad(traffic: Traffic, rates: readonly number[]): Bandwidth {
  const side = { rate: Math.min(...rates), count: 1 };
  return edgeLoad(traffic, side, side);
}

/** At least as much as {@link edgeLoad} can be, in either direction, on an edge that parts `rates`. */
export function greatestLoad(traffic: Traffic, rates: readonly number[]): Bandwidth {
  const total = sideOf(rates);
  const most = { rate: total.rate - Math.min(...rates), count: rates.length - 1 };
  const half = { rate: Math.floor(total.rate / 2), count: 0 };
  return edgeLoad(traffic, most, traffic.delivery === "flood" ? most : half);
}

/** The side on which endpoints have these rates, in bit/s. */
export function sideOf(rates: readonly number[]): Side {
  return { rate: rates.reduce((sum, rate) => sum + rate, 0), count: rates.length };
}

function hoseLoad(traffic: Traffic, from: Side, to: Side): number {
  const { overshoot, floodAllowance } = traffic;
  const sent = overshoot === undefined ? from.rate : from.rate + from.count * overshoot.endpoint;
  if (traffic.delivery === "flood") return sent;
  const known = Math.min(from.rate, to.rate);
  const told = known + from.count * (floodAllowance ?? 0);
  if (overshoot === undefined) return told;
  const held = Math.min(sent, known + overshoot.sum) + from.count * overshoot.flooded;
  return Math.min(held + (told - known), Math.max(sent, told));
}
