import type { Tagging } from "../model/attachment.ts";
import type { Bandwidth } from "../model/bandwidth.ts";
import type { VlanId } from "../model/ids.ts";
import type { MacAddress } from "../model/mac-address.ts";
import type { Delivery, Protection, Sharing } from "../model/network.ts";
import type { RateSteps } from "../model/rate-steps.ts";
import type { VlanSet } from "../model/vlan-set.ts";
import { type Schedule, sameSchedule } from "./schedule.ts";

/** What was asked of one endpoint. What is absent follows the network, or the touch point. */
export interface EndpointSpec {
  /** `host:nic`. */
  readonly hostPort: string;
  readonly tagging?: Tagging;
  /** Its own tag instead of the network's. */
  readonly vlan?: VlanId;
  /** Its own rate instead of the network's, bit/s. */
  readonly bandwidth?: Bandwidth;
  /** The only addresses that it may send from, in order; any when absent. */
  readonly macs?: readonly MacAddress[];
}

/** What was asked for: the request, parsed, without anything that was computed, but for `rateSteps`. */
export interface NetworkSpec {
  /** Ordered by host port; no host port twice. */
  readonly endpoints: readonly EndpointSpec[];
  /** bit/s, per endpoint and each way; `sharing` says how it is meant. */
  readonly bandwidth: Bandwidth;
  /** The VLANs that may become the network's. */
  readonly vlans: VlanSet;
  readonly sharing: Sharing;
  readonly delivery: Delivery;
  /** What each endpoint may flood where `delivery` is not `flood`, bit/s; see `floodAllowanceOf`. */
  readonly floodAllowance?: Bandwidth;
  /** How many addresses a node may learn for each endpoint; see `addressLimit`. */
  readonly maxAddresses?: number;
  /** How many addresses a node may learn for the whole network; see `addressLimit`. */
  readonly maxNetworkAddresses?: number;
  /** Whether endpoints may send frames of link protocols; they may not when absent. */
  readonly linkProtocols?: boolean;
  readonly protection: Protection;
  /** An integer; after a failure, networks of a higher priority are restored first. */
  readonly priority: number;
  /** Absent, it is there from setup to teardown. */
  readonly schedule?: Schedule;
  /** In which steps nodes were known to hold rates when it was asked for; not asked for itself. */
  readonly rateSteps?: readonly RateSteps[];
}

/** The names of what differs between two specs; empty for equal ones. */
export function specDifferences(a: NetworkSpec, b: NetworkSpec): readonly string[] {
  const differences: readonly (readonly [string, boolean])[] = [
    ["hostPorts", !sameEndpoints(a.endpoints, b.endpoints)],
    ["bw", a.bandwidth !== b.bandwidth],
    ["vlan", !a.vlans.equals(b.vlans)],
    ["sharing", a.sharing !== b.sharing],
    ["delivery", a.delivery !== b.delivery],
    ["floodAllowance", a.floodAllowance !== b.floodAllowance],
    ["maxAddresses", a.maxAddresses !== b.maxAddresses],
    ["maxNetworkAddresses", a.maxNetworkAddresses !== b.maxNetworkAddresses],
    ["linkProtocols", (a.linkProtocols ?? false) !== (b.linkProtocols ?? false)],
    ["protection", a.protection !== b.protection],
    ["priority", a.priority !== b.priority],
    ["schedule", !sameSchedule(a.schedule, b.schedule)],
  ];
  return differences.filter(([, differs]) => differs).map(([name]) => name);
}

function sameEndpoints(a: readonly EndpointSpec[], b: readonly EndpointSpec[]): boolean {
  return a.length === b.length && a.every((one, i) => sameEndpoint(one, b[i]));
}

function sameEndpoint(a: EndpointSpec, b: EndpointSpec | undefined): boolean {
  return (
    b !== undefined &&
    a.hostPort === b.hostPort &&
    a.tagging === b.tagging &&
    a.vlan === b.vlan &&
    a.bandwidth === b.bandwidth &&
    a.macs?.join() === b.macs?.join()
  );
}
