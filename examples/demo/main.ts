/**
 * A project's network comes up, grows, and goes, on simulated switches or (`--ovs`) on Open vSwitch.
 * Every broadcast frame in the matrices really travels through the switches.
 */
import {
  DcnsAgent,
  type DcnsError,
  describeError,
  formatBandwidth,
  type NetworkInfo,
  OpenFlowDriver,
  Topology,
} from "dcns";
import type { Result } from "neverthrow";
import type { DemoFabric } from "./demo-fabric.ts";
import { simulatedFabric } from "./simulated.ts";
import { document, drawing } from "./topology.ts";

const startedAt = performance.now();
const topology = value(Topology.parse(document));
const fabric = process.argv.includes("--ovs")
  ? await (await import("./open-vswitch.ts")).openVSwitchFabric()
  : simulatedFabric(topology);
try {
  await tell(fabric);
} finally {
  await fabric.close();
}
say(`\nAll of this took ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);

async function tell(fabric: DemoFabric): Promise<void> {
  title("The fabric");
  say(drawing);
  say(`Running on ${fabric.name}.`);
  const openflow = new OpenFlowDriver({ listen: fabric.controller });
  const agent = value(await DcnsAgent.start({ topology, drivers: { campus: openflow } }));
  const up = new Set<string>();
  const allUp = new Promise<void>((resolve) => {
    agent.events.on("node-up", ({ node }) => {
      if (up.add(node).size === topology.nodes.size) resolve();
    });
  });
  await fabric.connect(openflow.address?.port ?? fabric.controller.port);
  await allUp;
  say(`Switches connected: ${[...up].sort().join(", ")}.`);

  title("Before: who hears whom");
  await matrix(fabric);

  title("setupPhysicalNetwork('projectA', ['es1:eth1', 'es3:eth1'], '500Mbps', 101)");
  const pair = ["es1:eth1", "es3:eth1"];
  show(value(await timed(agent.setupPhysicalNetwork("projectA", pair, "500Mbps", 101))));
  await matrix(fabric);
  await told(fabric);

  title("modifyPhysicalNetwork('projectA', ['es4:eth1'], [], '200Mbps')");
  say("es4 joins, without a tag; the rate goes down; es1 and es3 lose no frame.");
  const grown = agent.modifyPhysicalNetwork("projectA", ["es4:eth1"], [], "200Mbps");
  show(value(await timed(grown)));
  await matrix(fabric);
  await told(fabric);

  title("A second project on the same switches, with the same VLAN elsewhere");
  const other = agent.setupPhysicalNetwork("projectB", ["es2:eth1", "es5:eth1"], "100Mbps", 101);
  show(value(await timed(other)));
  await matrix(fabric);

  title("What does not fit is refused, and why");
  const refused = agent.planPhysicalNetwork("projectC", ["es2:eth1", "es5:eth1"], "30Gbps");
  say(refused.isErr() ? `  ${describeError(refused.error)}` : "  it fits?");
  const taken = await agent.setupPhysicalNetwork("projectC", ["es1:eth1", "es2:eth1"], 1e6, 101);
  say(taken.isErr() ? `  ${describeError(taken.error)}` : "  it fits?");

  title("getNetworkInfo('projectA')");
  const { project, gri, state, generation, vlan, cost } = value(agent.getNetworkInfo("projectA"));
  say(`  ${JSON.stringify({ project, gri, state, generation, vlan, cost })}`);

  title("teardownPhysicalNetwork, of both");
  value(await timed(agent.teardownPhysicalNetwork("projectA")));
  value(await timed(agent.teardownPhysicalNetwork("projectB")));
  await matrix(fabric);
  await told(fabric);
  await agent.close();
}

/** Broadcasts from every host with VLAN 101, or without a tag; a cell counts the copies that came. */
async function matrix(fabric: DemoFabric): Promise<void> {
  const hosts = document.hosts.map(({ host, nic }) => `${host}:${nic}`);
  const name = (hostPort: string): string => hostPort.replace(":eth1", "");
  say(`\n  from \\ to  ${hosts.map((to) => name(to).padEnd(5)).join("")}`);
  for (const from of document.hosts) {
    const hostPort = `${from.host}:${from.nic}`;
    const tagged = !("tagging" in from);
    const heard = await fabric.broadcast(tagged ? { hostPort, vlan: 101 } : { hostPort });
    const cells = hosts.map((to) => heard.filter((one) => one === to).length);
    say(
      `  ${name(hostPort).padEnd(11)}${cells.map((n) => (n || "·").toString().padEnd(5)).join("")}`,
    );
  }
}

function show({ project, state, vlan, links, endpoints }: NetworkInfo): void {
  say(`  ${project} is ${state}: VLAN ${vlan}, ${endpoints.length} endpoints`);
  for (const { id, vlan: label, reserved } of links) {
    const [there, back] = [reserved.forward, reserved.backward].map(formatBandwidth);
    say(`    ${id}: label ${label}, reserved ${there} there and ${back} back`);
  }
}

async function told(fabric: DemoFabric): Promise<void> {
  say("\n  What the switches hold:");
  for (const node of topology.nodes.keys()) {
    const lines = await fabric.told(node);
    say(`    ${node}  ${lines.length === 0 ? "nothing" : lines.join("\n        ")}`);
  }
}

async function timed<T>(call: PromiseLike<T>): Promise<T> {
  const start = performance.now();
  const result = await call;
  say(`  (${(performance.now() - start).toFixed(1)} ms)`);
  return result;
}

function value<T>(result: Result<T, DcnsError>): T {
  if (result.isErr()) throw new Error(describeError(result.error));
  return result.value;
}

function title(text: string): void {
  say(`\n── ${text} ${"─".repeat(Math.max(0, 92 - text.length))}`);
}

function say(text: string): void {
  console.log(text);
}
