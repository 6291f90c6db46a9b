/**
 * The smallest host plugin: a Quantum-style network plugin (create, plug, unplug, delete) that keeps a
 * project's network in step with the ports plugged into it.
 *
 * The counting rule: one endpoint is a network in waiting, the second makes it real, further ones
 * join in place, and the last one to leave takes it away.
 */
import { DcnsAgent, type DcnsError, describeError, MemoryDriver, Topology } from "dcns";
import type { Result } from "neverthrow";

class Plugin {
  readonly #agent: DcnsAgent;
  readonly #plugged = new Map<string, Set<string>>();

  constructor(agent: DcnsAgent) {
    this.#agent = agent;
  }

  /** A host's interface joins the network. */
  async plugInterface(network: string, hostPort: string): Promise<void> {
    const members = this.#plugged.get(network);
    if (members === undefined) {
      orThrow(await this.#agent.setupPhysicalNetwork(network, [hostPort], "100Mbps"));
      this.#plugged.set(network, new Set([hostPort]));
    } else {
      orThrow(await this.#agent.modifyPhysicalNetwork(network, [hostPort], []));
      members.add(hostPort);
    }
  }

  /** A host's interface leaves; the last one takes the network with it. */
  async unplugInterface(network: string, hostPort: string): Promise<void> {
    const members = this.#plugged.get(network);
    if (members === undefined || !members.delete(hostPort)) return;
    if (members.size > 0) {
      orThrow(await this.#agent.modifyPhysicalNetwork(network, [], [hostPort]));
    } else {
      orThrow(await this.#agent.teardownPhysicalNetwork(network));
      this.#plugged.delete(network);
    }
  }

  /** What the plugin tells its host of a network. */
  networkDetails(network: string): { readonly state: string; readonly segmentation_id: number } {
    const { state, vlan } = orThrow(this.#agent.getNetworkInfo(network));
    return { state, segmentation_id: vlan };
  }
}

function orThrow<T>(result: Result<T, DcnsError>): T {
  if (result.isErr()) throw new Error(describeError(result.error));
  return result.value;
}

const topology = orThrow(
  Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "rack", driver: "memory" }],
    nodes: [{ id: "tor", domain: "rack", ports: [{ id: "1" }, { id: "2" }, { id: "3" }] }],
    links: [],
    hosts: [1, 2, 3].map((n) => ({ host: `compute${n}`, nic: "eth1", port: `tor:${n}` })),
  }),
);
const agent = orThrow(await DcnsAgent.start({ topology, drivers: { rack: new MemoryDriver() } }));
const plugin = new Plugin(agent);
for (const host of ["compute1", "compute2", "compute3"]) {
  await plugin.plugInterface("net-1", `${host}:eth1`);
  console.log(`${host} plugged:`, plugin.networkDetails("net-1"));
}
for (const host of ["compute3", "compute2", "compute1"]) {
  await plugin.unplugInterface("net-1", `${host}:eth1`);
}
console.log("networks left:", agent.listNetworks().length);
await agent.close();
