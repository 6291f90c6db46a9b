import { err, ok, type Result } from "neverthrow";
import { type InvalidRequest, invalidRequest, type UnknownHostPort } from "../model/errors.ts";
import type { PortRef } from "../model/ids.ts";
import type { PlanEndpoint } from "../pce/index.ts";
import type { Topology } from "../topology.ts";
import type { NetworkSpec } from "./spec.ts";

/** The endpoints where the topology has them; it may have changed since they were named. */
export function planEndpoints(
  topology: Topology,
  spec: NetworkSpec,
): Result<readonly PlanEndpoint[], UnknownHostPort> {
  const hostPorts: string[] = [];
  const endpoints = spec.endpoints.flatMap((one): readonly PlanEndpoint[] => {
    const touchPoint = topology.touchPoints.get(one.hostPort);
    if (touchPoint === undefined) {
      hostPorts.push(one.hostPort);
      return [];
    }
    const tagging = one.tagging ?? touchPoint.tagging;
    const vlan = one.vlan === undefined ? {} : { vlan: one.vlan };
    return [{ touchPoint, tagging, ...vlan, bandwidth: one.bandwidth ?? spec.bandwidth }];
  });
  return hostPorts.length === 0 ? ok(endpoints) : err({ type: "unknown-host-port", hostPorts });
}

/** What no fabric could do for `spec`; undefined if there is nothing of the kind. */
export function impossible(topology: Topology, spec: NetworkSpec): InvalidRequest | undefined {
  return portClash(topology, spec) ?? slowMember(spec) ?? manyMembers(spec);
}

/** A second way takes the place of a path, not of a tree. */
function manyMembers({ endpoints, protection }: NetworkSpec): InvalidRequest | undefined {
  if (protection !== "disjoint" || endpoints.length <= 2) return undefined;
  const message = "more than two endpoints cannot be protected by a disjoint path";
  return invalidRequest(["options", "protection"], protection, message);
}

/**
 * Where the members of a shared network meet, one policer holds their sum to the network's rate. It
 * cannot hold one of them to less at the same time.
 */
function slowMember({ endpoints, sharing, bandwidth }: NetworkSpec): InvalidRequest | undefined {
  if (sharing !== "shared" || endpoints.length <= 2) return undefined;
  const slow = endpoints.find((one) => (one.bandwidth ?? bandwidth) < bandwidth);
  if (slow === undefined) return undefined;
  const message = "is less than the bandwidth that a shared network of more than two gives to each";
  return invalidRequest(["options", "endpoints", slow.hostPort, "bw"], slow.bandwidth, message);
}

/** Two endpoints on one port must be told apart by their tags, whatever VLAN the network gets. */
function portClash(topology: Topology, spec: NetworkSpec): InvalidRequest | undefined {
  const taken = new Map<string, string>();
  for (const endpoint of spec.endpoints) {
    const touchPoint = topology.touchPoints.get(endpoint.hostPort);
    if (touchPoint === undefined) continue;
    const tagging = endpoint.tagging ?? touchPoint.tagging;
    const tag = tagging === "untagged" ? "untagged" : (endpoint.vlan ?? "the network's VLAN");
    const other = taken.get(placeKey(touchPoint.port, tag));
    if (other !== undefined) {
      const message = `has the same port and tag as ${other} (${touchPoint.port}, ${tag})`;
      return invalidRequest(["hostPorts"], endpoint.hostPort, message);
    }
    taken.set(placeKey(touchPoint.port, tag), endpoint.hostPort);
  }
  return undefined;
}

function placeKey(port: PortRef, tag: string | number): string {
  return `${port}/${tag}`;
}
