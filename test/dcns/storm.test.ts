import { connect } from "node:tls";
import { err, ok } from "neverthrow";
import { expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import { socketTransport } from "../../src/drivers/openflow/listener-socket.ts";
import { systemClock } from "../../src/system-clock.ts";
import { type Dial, SimulatedFabric, socketDial } from "../../src/testing/index.ts";
import { Topology } from "../../src/topology.ts";
import { Authority, type Credentials } from "../support/authority.ts";
import { value } from "../support/testbed.ts";

const SWITCHES = 200;
const NETWORKS = 50;

/** A line of switches with a host at each. */
function line(): Topology {
  const ids = Array.from({ length: SWITCHES }, (_, i) => `s${i + 1}`);
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [{ id: "campus", driver: "openflow" }],
      nodes: ids.map((id, i) => ({
        id,
        domain: "campus",
        datapathId: (i + 1).toString(16).padStart(16, "0"),
        ports: [1, 2, 3].map((n) => ({ id: `${n}`, ofPort: n })),
      })),
      links: ids.slice(1).map((id, i) => ({
        id: `${ids[i]}-${id}`,
        a: `${ids[i]}:3`,
        b: `${id}:2`,
        capacity: "10Gbps",
      })),
      hosts: ids.map((id) => ({ host: id, nic: "eth1", port: `${id}:1` })),
    }),
  );
}

/** Reaches a controller as a switch does that has a certificate. */
function tlsDial(port: number, ca: string, { key, cert }: Credentials): Dial {
  return (answer) => {
    const socket = connect({ host: "127.0.0.1", port, ca, key, cert, servername: "controller" });
    const refused = (error: Error): void =>
      answer(err({ type: "dial-refused", reason: error.message }));
    socket.once("error", refused);
    socket.once("secureConnect", () => {
      socket.off("error", refused);
      answer(ok(socketTransport(socket)));
    });
  };
}

test.each(["TCP", "TLS"])(
  "200 switches that reconnect at once over %s are all back and audited soon",
  {
    timeout: 120_000,
  },
  async (transport) => {
    const topology = line();
    using authority = new Authority();
    const isTls = transport === "TLS";
    const { key, cert } = authority.issue("controller");
    const ca = authority.cert;
    const driver = new OpenFlowDriver({
      listen: { host: "127.0.0.1", port: 0 },
      ...(isTls && { tls: { key, cert, ca } }),
      // Short, so that a switch that is kept waiting for an echo would be seen to go.
      session: { echoIntervalMs: 500, echoTimeoutMs: 4_000 },
    });
    const agent = value(await DcnsAgent.start({ topology, drivers: { campus: driver } }));
    const { host = "", port = 0 } = driver.address ?? {};
    const dial = isTls
      ? tlsDial(port, ca, authority.issue("switches"))
      : socketDial({ host, port });
    using fabric = new SimulatedFabric({ topology, clock: systemClock, dial, minBackOffMs: 20 });
    fabric.connect();
    await until(() => agent.nodesUp.length === SWITCHES);
    for (let i = 1; i <= NETWORKS; i += 1) {
      const members = [`s${i}:eth1`, `s${i + 4}:eth1`];
      value(await agent.setupPhysicalNetwork(`p${i}`, members, "10Mbps"));
    }
    const flows = count(fabric);
    const seen = { down: 0, up: 0, drift: 0 };
    agent.events.on("node-down", () => {
      seen.down += 1;
    });
    agent.events.on("node-up", () => {
      seen.up += 1;
    });
    agent.events.on("drift", () => {
      seen.drift += 1;
    });
    const memory = heapMiB();
    for (let storm = 1; storm <= 3; storm += 1) {
      const startedAtMs = performance.now();
      for (const at of fabric.switches.values()) at.breakConnections();
      await until(() => seen.up === storm * SWITCHES && agent.nodesUp.length === SWITCHES);
      expect(performance.now() - startedAtMs).toBeLessThan(20_000);
    }
    // Nobody was lost but by the storms, nothing had to be repaired, and nothing piled up.
    expect(seen).toEqual({ down: 3 * SWITCHES, up: 3 * SWITCHES, drift: 0 });
    expect(count(fabric)).toBe(flows);
    expect(heapMiB() - memory).toBeLessThan(150);
    const report = value(await agent.verifyNetwork("p1", { dataPlane: true }));
    expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });
    await agent.close();
  },
);

function count(fabric: SimulatedFabric): number {
  return [...fabric.switches.values()].reduce((sum, at) => sum + at.flows().length, 0);
}

function heapMiB(): number {
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Waits until something holds; the test's own time limit is the limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
