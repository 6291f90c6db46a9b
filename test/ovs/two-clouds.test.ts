import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok } from "neverthrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpServer, openHttpServer } from "../../src/drivers/oscars/http/server-socket.ts";
import {
  DcnsAgent,
  FileStore,
  OpenFlowDriver,
  OscarsDriver,
  systemClock,
  Topology,
} from "../../src/index.ts";
import { NsiProvider } from "../../src/nsi-provider/index.ts";
import { MemoryHttp } from "../../src/testing/index.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";
import { WanBridge } from "../lab/wan-bridge.ts";
import { Authority } from "../support/authority.ts";
import { type SimulatedWan, simulatedWan } from "../support/simulated-wan.ts";

const NSA_A = "urn:ogf:network:a.example:2026:nsa";
const NSA_B = "urn:ogf:network:b.example:2026:nsa";
const NETWORK_B = "urn:ogf:network:b.example:2026:topology";

const bridge = (id: string, number: number, domain: string) => ({
  ...{ id, domain, datapathId: String(number).padStart(16, "0") },
  ports: [1, 2, 10, 11].map((port) => ({ id: String(port), ofPort: port })),
});
const a1 = bridge("a1", 1, "a");
const b1 = bridge("b1", 2, "b");
const wan1 = {
  ...{ id: "wan1", domain: "wan", branching: false },
  ports: ["west", "east"].map((id, at) => ({ id, ofPort: at + 1 })),
};
const cable = { capacity: "100Mbps", vlans: "200-219" };
const vm = { host: "vm", nic: "eth0", port: "a1:1" };
const vm2 = { host: "vm2", nic: "eth0", port: "a1:2" };

/** What is there: a bridge in each cloud, a cable between them, and another way by somebody's bridge. */
const reality = {
  nodes: [a1, b1, wan1],
  links: [
    { id: "cable", a: "a1:10", b: "b1:10" },
    { id: "west", a: "a1:11", b: "wan1:west" },
    { id: "east", a: "wan1:east", b: "b1:11" },
  ],
  hosts: [vm, vm2, { host: "server", nic: "eth0", port: "b1:1" }],
};

/** What cloud A knows: itself, where circuits of B may end, and one of the two ways there. */
function topologyOfA(isDirect: boolean): Topology {
  const cloudB = {
    ...{ id: "b", domain: "cloud-b", branching: false },
    ports: ["cable", "wan", "server"].map((id) => ({ id, name: `${NETWORK_B}:${id}` })),
  };
  const ways = isDirect
    ? [{ id: "cable", a: "a1:10", b: "b:cable", ...cable }]
    : [
        { id: "west", a: "a1:11", b: "wan1:west", ...cable },
        { id: "east", a: "wan1:east", b: "b:wan", ...cable },
      ];
  const oscars = (id: string) => ({ id, driver: "oscars" });
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [{ id: "a", driver: "openflow" }, oscars("cloud-b"), oscars("wan")],
      nodes: [a1, cloudB, wan1],
      links: ways,
      hosts: [vm, vm2, { host: "server", nic: "eth0", port: "b:server" }],
    }),
  );
}

const topologyOfB = value(
  Topology.parse({
    format: "dcns-topology/1",
    domains: [{ id: "b", driver: "openflow" }],
    nodes: [b1],
    links: [],
    hosts: [
      { host: "cloud-a", nic: "cable", port: "b1:10" },
      { host: "cloud-a", nic: "wan", port: "b1:11" },
      { host: "server", nic: "eth0", port: "b1:1" },
    ],
  }),
);

const own = ["vm:eth0", "vm2:eth0"];
const away = ["server:eth0"];
const HOST = "localhost";

describeWithOvs("two clouds, one of which asks the other over TLS, on Open vSwitch", () => {
  const folder = mkdtempSync(join(tmpdir(), "dcns-clouds-"));
  const authority = new Authority();
  const identity = (name: string) => {
    const { key, cert } = authority.issue(name);
    return { key, cert, ca: authority.cert };
  };
  const local = identity(HOST);
  const subjects = new Set<string | undefined>();
  let lab: OvsLab;
  let vmStation: Station;
  let vm2Station: Station;
  let server: Station;
  let b: DcnsAgent;
  let store: FileStore;
  let provider: NsiProvider;

  /** B's agent and provider, on what its file has. */
  async function startB(port = 0): Promise<void> {
    store = (await FileStore.open(join(folder, "b")))._unsafeUnwrap();
    b = await started("b1", topologyOfB, {}, store);
    const made = await NsiProvider.start({
      ...{ agent: b, store, nsa: NSA_B, networkId: NETWORK_B, url: `https://${HOST}/nsi` },
      stps: {
        cable: { hostPort: "cloud-a:cable" },
        wan: { hostPort: "cloud-a:wan" },
        server: { hostPort: "server:eth0" },
      },
      policy: {
        admits: ({ clientSubject }) => {
          subjects.add(clientSubject);
          return clientSubject === "CN=cloud-a";
        },
        allows: (_, { capacity }) => (capacity <= 10 ? ok(undefined) : err("10 Mbit/s at most")),
      },
      listen: { host: HOST, port, tls: local },
      tls: identity("cloud-b"),
    });
    provider = made._unsafeUnwrap();
  }

  async function stopB(): Promise<void> {
    await provider.close();
    await b.close();
    await store.close();
  }

  /** An agent that drives one bridge, each by a port of its own, beside other domains. */
  async function started(
    node: "a1" | "b1",
    topology: Topology,
    others: Readonly<Record<string, OscarsDriver>>,
    ownStore?: FileStore,
  ): Promise<DcnsAgent> {
    const { host, port: first } = lab.controller;
    const port = node === "a1" ? first : first + 1;
    const drivers = {
      [node.slice(0, 1)]: new OpenFlowDriver({ listen: { host, port } }),
      ...others,
    };
    const options = ownStore === undefined ? {} : { store: ownStore };
    const agent = value(await DcnsAgent.start({ topology, drivers, ...options }));
    const up = new Set<string>();
    agent.events.on("node-up", (event) => up.add(event.node));
    await lab.connect({ bridges: [node], port });
    await eventually(() => up.size === Object.keys(drivers).length);
    return agent;
  }

  function askingB(name: string, callbacks: string): OscarsDriver {
    return new OscarsDriver({
      dialect: "nsi",
      provider: { nsa: NSA_B, url: `https://${HOST}:${provider.port}/nsi` },
      requester: { nsa: NSA_A, callbacks: { url: callbacks } },
      tls: identity(name),
      times: { pollMs: 200, auditMs: 500 },
    });
  }

  beforeAll(async () => {
    lab = await OvsLab.start(reality);
    vmStation = await lab.addStation({ at: "vm:eth0", vlan: 101 });
    vm2Station = await lab.addStation({ at: "vm2:eth0", vlan: 101 });
    server = await lab.addStation({ at: "server:eth0", vlan: 101 });
    await startB();
  });
  afterAll(async () => {
    await stopB();
    await lab.close();
    authority[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });

  describe.each(["directly", "through somebody's domain"] as const)("%s", (way) => {
    let agent: DcnsAgent;
    let wan: SimulatedWan;
    let wanBridge: WanBridge;
    let callbacks: HttpServer;

    beforeAll(async () => {
      const http = new MemoryHttp(systemClock);
      const ports = ["wan1:west", "wan1:east"];
      wanBridge = new WanBridge(lab, "wan1", (name) => 1 + ports.indexOf(wan.portOf(name)));
      const onCircuit = wanBridge.change;
      wan = simulatedWan("nsi", { clock: systemClock, http, ports, onCircuit });
      const opened = await openHttpServer({ host: HOST, port: 0, tls: local }, (request) =>
        cloudB.callbacks(request),
      );
      callbacks = opened._unsafeUnwrap();
      const cloudB = askingB("cloud-a", `https://${HOST}:${callbacks.port}/`);
      const others = { "cloud-b": cloudB, wan: wan.driver({ pollMs: 200, auditMs: 500 }) };
      agent = await started("a1", topologyOfA(way === "directly"), others);
    });
    afterAll(async () => {
      await agent?.close();
      await callbacks?.close();
    });

    async function settled(): Promise<void> {
      await wanBridge.idle();
      await lab.settle();
    }

    test("a network in one gains a host in the other, whose policy is kept", async () => {
      value(await agent.setupPhysicalNetwork("p", own, "5Mbps", 101));
      await settled();
      expect(await vmStation.ping(vm2Station, 5)).toMatchObject({ received: 5 });
      expect(await vmStation.ping(server, 1)).toMatchObject({ received: 0 });
      const tooMuch = await agent.modifyPhysicalNetwork("p", away, [], "11Mbps");
      expect(tooMuch._unsafeUnwrapErr().type).toBe("driver-failed");
      expect(b.listNetworks()).toEqual([]);
      expect(await vmStation.ping(vm2Station, 5)).toMatchObject({ received: 5 });
      value(await agent.modifyPhysicalNetwork("p", away, []));
      await settled();
      // It has asked for the other's address in vain, and would ask again a second later.
      await vmStation.forgetNeighbours();
      for (const from of [vmStation, vm2Station])
        expect(await from.ping(server, 5)).toEqual({ sent: 5, received: 5, duplicates: 0 });
      expect([...subjects]).toEqual(["CN=cloud-a"]);
      expect(wan.server.ids).toHaveLength(way === "directly" ? 0 : 1);
    });

    test("frames pass while the other starts anew on its store", async () => {
      const { port = 0 } = provider;
      const pings = vmStation.startPing(server, 20);
      await pings.flowing();
      await stopB();
      await startB(port);
      expect((await pings.stop()).lost).toEqual([]);
      expect(b.listNetworks()).toMatchObject([{ state: "active" }]);
    });

    test("the other ends it, and is asked again", async () => {
      const [theirs] = b.listNetworks();
      value(await b.teardownPhysicalNetwork(theirs?.project ?? ""));
      await eventually(() => b.listNetworks().some(({ state }) => state === "active"));
      await settled();
      expect(b.listNetworks().map(({ project }) => project)).not.toEqual([theirs?.project]);
      await eventually(async () => (await vmStation.ping(server, 1)).received === 1);
    });

    test("the one that asked ends it, and nobody has anything", async () => {
      value(await agent.teardownPhysicalNetwork("p"));
      await settled();
      expect(b.listNetworks()).toEqual([]);
      expect(wan.server.ids).toEqual([]);
      expect(await lab.census()).toEqual({ flows: 0, groups: 0, meters: 0 });
      expect(await vmStation.ping(server, 1)).toMatchObject({ received: 0 });
    });
  });
});
