import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { Delivery } from "../model/network.ts";
import type { Traffic } from "../pce/index.ts";
import type { NetworkSpec } from "./spec.ts";

/** What a spec means for the tree. */
export function trafficOf(spec: NetworkSpec): Traffic {
  return {
    bandwidth: spec.bandwidth,
    sharing: spec.sharing,
    delivery: deliveryOf(spec),
    floodAllowance: floodAllowanceOf(spec),
  };
}

/** How frames are delivered. Between two endpoints there is one way only, and all modes are the same. */
export function deliveryOf({ delivery, endpoints }: NetworkSpec): Delivery {
  return endpoints.length > 2 ? delivery : "flood";
}

/** The least that an endpoint may flood unless it is told otherwise: some 1,500 short frames a second. */
const LEAST_ALLOWANCE = 1_000_000;

/**
 * What each endpoint may send as broadcast, multicast and unknown unicast, bit/s; it is part of its
 * bandwidth, so never more than that. By default a hundredth of it, and at least 1 Mbit/s.
 */
export function floodAllowanceOf({
  bandwidth: whole,
  floodAllowance,
}: Pick<NetworkSpec, "bandwidth" | "floodAllowance">): Bandwidth {
  const wanted = floodAllowance ?? Math.max(LEAST_ALLOWANCE, Math.ceil(whole / 100));
  return bandwidth(Math.min(wanted, whole));
}

/** How many addresses a node may learn for each endpoint, unless told otherwise. */
const DEFAULT_MAX_ADDRESSES = 64;

/**
 * How many addresses a node may learn where `count` of a network's `total` endpoints are: so many for
 * each, and no more than their part of what the network may have. At least one for each.
 */
export function addressLimit(
  {
    maxAddresses = DEFAULT_MAX_ADDRESSES,
    maxNetworkAddresses,
  }: Pick<NetworkSpec, "maxAddresses" | "maxNetworkAddresses">,
  count: number,
  total: number,
): number {
  const own = count * maxAddresses;
  if (maxNetworkAddresses === undefined) return own;
  const all = Math.max(maxNetworkAddresses, total);
  return Math.min(own, Math.floor((all * count) / total));
}
