import { err, ok, type Result } from "neverthrow";
import { type InvalidRequest, invalidRequest, type UnknownHostPort } from "../model/errors.ts";
import type { PortRef } from "../model/ids.ts";
import type { PlanEndpoint, PlannedEndpoint } from "../pce/index.ts";
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

/** An endpoint of a plan as it was planned. */
export function memberOf({
  hostPort,
  attachment: { node, port },
  tagging,
  bandwidth,
}: PlannedEndpoint): PlanEndpoint {
  return { touchPoint: { hostPort, node, port }, tagging, bandwidth };
}

/** What no fabric could do for `spec`; undefined if there is nothing of the kind. */
export function impossible(topology: Topology, spec: NetworkSpec): InvalidRequest | undefined {
  return portClash(topology, spec) ?? addressClash(spec) ?? addressMissing(spec);
}

/** A station is at one endpoint only. */
function addressClash({ endpoints }: NetworkSpec): InvalidRequest | undefined {
  const taken = new Map<string, string>();
  for (const { hostPort, macs = [] } of endpoints) {
    for (const mac of macs) {
      const other = taken.get(mac);
      if (other !== undefined) {
        const path = ["options", "endpoints", hostPort, "macs"];
        return invalidRequest(path, mac, `is an address of ${other} too`);
      }
      taken.set(mac, hostPort);
    }
  }
  return undefined;
}

/** Frames to an endpoint without addresses would all be frames to unknown ones. */
function addressMissing({ endpoints, delivery }: NetworkSpec): InvalidRequest | undefined {
  if (delivery !== "static") return undefined;
  const missing = endpoints.find(({ macs }) => macs === undefined);
  if (missing === undefined) return undefined;
  const path = ["options", "endpoints", missing.hostPort, "macs"];
  return invalidRequest(path, undefined, "must be given where delivery is static");
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
