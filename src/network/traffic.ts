import { type Bandwidth, bandwidth } from "../model/bandwidth.ts";
import type { Delivery } from "../model/network.ts";
import { distinctSteps, type RateSteps } from "../model/rate-steps.ts";
import { overshootOf, type Traffic } from "../pce/index.ts";
import type { NetworkSpec } from "./spec.ts";

/** What a spec means for the tree: what nodes let through, which may be more than they are told. */
export function trafficOf(spec: NetworkSpec): Traffic {
  const told = toldTraffic(spec);
  const { rateSteps = [], endpoints } = spec;
  if (rateSteps.length === 0) return told;
  const rates = endpoints.map((one) => one.bandwidth ?? spec.bandwidth);
  return { ...told, overshoot: overshootOf(rateSteps, told, rates) };
}

/** The spec with the steps that are known now, too: those of switches that are not there now may count again. */
export function withRateSteps(
  spec: NetworkSpec,
  known: readonly RateSteps[] | undefined = [],
): NetworkSpec {
  if (known.length === 0) return spec;
  return { ...spec, rateSteps: distinctSteps([...(spec.rateSteps ?? []), ...known]) };
}

/** Whether what is reserved for a spec is enough where nodes hold rates in these steps. */
export function coversRateSteps(spec: NetworkSpec, known: readonly RateSteps[]): boolean {
  const { overshoot: held } = trafficOf(spec);
  const { overshoot: needed, delivery, sharing } = trafficOf(withRateSteps(spec, known));
  const kinds = [
    "endpoint" as const,
    ...(delivery === "flood" ? [] : (["flooded", "sum"] as const)),
    ...(sharing === "shared" ? ["whole" as const] : []),
  ];
  return kinds.every((kind) => (needed?.[kind] ?? 0) <= (held?.[kind] ?? 0));
}

/** What nodes are told of a spec. */
export function toldTraffic(spec: NetworkSpec): Traffic & { readonly floodAllowance: Bandwidth } {
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
