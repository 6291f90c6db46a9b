import { okAsync, type ResultAsync } from "neverthrow";
import { expect } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import type { NodeRole } from "../../src/drivers/roles.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { DriverError } from "../../src/model/errors.ts";
import { type NodeId, nodeId, portRef } from "../../src/model/ids.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import type { Store } from "../../src/store/store.ts";
import { Topology } from "../../src/topology.ts";
import { value } from "./testbed.ts";

/** What the port has that both links are at, in bit/s; each link has as much. */
const PORT_CAPACITY = 1e9;
/** What each network takes: three have room at the port, and as many on each link. */
const RATE = 300e6;

/**
 * A switch with one port towards two of another domain, which tell its frames apart by their VLANs, and a
 * pair of hosts for each of them:
 *
 *     near1, near2 ── hub ─┬─ far1 ── there1    (one port of the hub, of 1 Gbps; links of 1 Gbps)
 *                          └─ far2 ── there2
 */
function sharedPort(): Topology {
  const far = (id: string) => ({ id, domain: "far", ports: [{ id: "host" }, { id: "hub" }] });
  const link = (n: number) => ({
    ...{ id: `hub-far${n}`, a: "hub:far", b: `far${n}:hub` },
    ...{ capacity: PORT_CAPACITY, vlans: `${n}00-${n}99` },
  });
  const ports = [{ id: "1" }, { id: "2" }, { id: "far", capacity: PORT_CAPACITY }];
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: ["near", "far"].map((id) => ({ id, driver: "memory" })),
      nodes: [{ id: "hub", domain: "near", ports }, far("far1"), far("far2")],
      links: [link(1), link(2)],
      hosts: [
        { host: "near1", nic: "eth0", port: "hub:1" },
        { host: "near2", nic: "eth0", port: "hub:2" },
        { host: "there1", nic: "eth0", port: "far1:host" },
        { host: "there2", nic: "eth0", port: "far2:host" },
      ],
    }),
  );
}

/** A driver whose nodes obey it while it is their master. */
class MasteredDriver extends MemoryDriver {
  constructor(nodes: readonly string[]) {
    super();
    for (const node of nodes) this.domain.setReachable(nodeId(node), false);
  }

  setRole(node: NodeId, { role }: NodeRole): ResultAsync<void, DriverError> {
    this.domain.setReachable(node, role === "master");
    return okAsync(undefined);
  }
}

/** Starts an agent on a store that it shares. */
export function neighbour(agentId: string, store: Store, clock: Clock) {
  const drivers = { near: new MasteredDriver(["hub"]), far: new MasteredDriver(["far1", "far2"]) };
  const sharing = { agentId, leaseMs: 3_000 };
  return DcnsAgent.start({ topology: sharedPort(), drivers, store, clock, sharing });
}

/** Each agent sets up as many networks over a link of its own as have room at the port. */
export function race(agents: readonly DcnsAgent[]) {
  const calls = agents.flatMap((agent, at) =>
    [0, 1, 2].map((n) => {
      const ends = [`near${at + 1}:eth0`, `there${at + 1}:eth0`];
      return agent.setupPhysicalNetwork(`p${at + 1}-${n}`, ends, RATE);
    }),
  );
  return Promise.all(calls);
}

/** The networks of both have as much of the port as there is room for, and no more. */
export function expectPortFull(networks: readonly NetworkInfo[]): void {
  const links = sharedPort().ports.get(portRef("hub:far"))?.links.map(String) ?? [];
  expect(links).toHaveLength(2);
  for (const direction of ["forward", "backward"] as const) {
    const taken = networks
      .flatMap((network) => network.links)
      .filter(({ id }) => links.includes(id))
      .reduce((sum, { reserved }) => sum + reserved[direction], 0);
    expect(taken, direction).toBe(3 * RATE);
  }
}
