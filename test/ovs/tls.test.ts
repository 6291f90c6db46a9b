import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type OfVersion,
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
  supportedVersions,
} from "../../src/drivers/openflow/index.ts";
import {
  type AgentEvent,
  DcnsAgent,
  OpenFlowDriver,
  type OpenFlowDriverOptions,
  Topology,
} from "../../src/index.ts";
import { DOMAIN, fabricDocument } from "../lab/fabric-document.ts";
import { BROADCAST } from "../lab/frame.ts";
import { sleep, takeAll } from "../lab/frame-port.ts";
import { speakingOnly, versionsWithGroups } from "../lab/openflow-versions.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, heldByUs, startScenario, value } from "../lab/scenario.ts";
import { Authority, type Credentials } from "../support/authority.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s2:2" },
});

/** Each pair of switches has another way than its link. */
const triangle = fabricDocument({
  links: { a: ["s1:10", "s2:10"], b: ["s2:11", "s3:10"], c: ["s3:11", "s1:11"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s3:1" },
});

const members = ["es1:eth1", "es2:eth1", "es3:eth1"] as const;

interface Started {
  readonly agent: DcnsAgent;
  readonly driver: OpenFlowDriver;
  /** What the agent tells, from the start. */
  readonly events: readonly AgentEvent[];
}

describeWithOvs("switches over TLS, on Open vSwitch", () => {
  const authority = new Authority();
  const controller = authority.issue("controller");
  // Once: Open vSwitch reads a key that is written anew at once, and then has not its certificate.
  const switches = authority.issue("switches");
  let lab: OvsLab;

  beforeAll(async () => {
    lab = await OvsLab.start(pair, {
      protocols: ["OpenFlow10", "OpenFlow13", "OpenFlow14", "OpenFlow15"],
    });
  });
  afterAll(async () => {
    await lab?.close();
    authority[Symbol.dispose]();
  });

  const tls = { key: controller.key, cert: controller.cert, ca: authority.cert };

  /** An agent that trusts the authority. */
  async function startAgent({
    identities = {},
    versions = supportedVersions,
  }: {
    readonly identities?: NonNullable<OpenFlowDriverOptions["identities"]>;
    readonly versions?: readonly OfVersion[];
  } = {}): Promise<Started> {
    const driver = new OpenFlowDriver({
      listen: lab.controller,
      tls,
      identities,
      session: { versions },
    });
    const topology = value(Topology.parse(pair));
    const agent = value(await DcnsAgent.start({ topology, drivers: { [DOMAIN]: driver } }));
    const events: AgentEvent[] = [];
    agent.events.subscribe((event) => events.push(event));
    return { agent, driver, events };
  }

  /** Has all bridges dial the agent with these credentials. */
  async function dial(
    scheme: "ssl" | "tcp",
    { keyFile, certFile }: Credentials,
    from = lab,
  ): Promise<void> {
    const { host, port } = from.controller;
    await from.disconnect();
    await from.vsctl([["set-ssl", keyFile, certFile, authority.certFile]]);
    await from.vsctl(
      from.bridges.flatMap((bridge) => [
        ["set-controller", bridge, `${scheme}:${host}:${port}`],
        ["set", "controller", bridge, "connection_mode=out-of-band"],
      ]),
    );
  }

  test.each([
    ["1.0", OPENFLOW_1_0],
    ["1.3", OPENFLOW_1_3],
    ["1.4", OPENFLOW_1_4],
    ["1.5", OPENFLOW_1_5],
  ] as const)(
    "carry a network when both sides trust each other, with OpenFlow %s: it is set up, changed, repaired and torn down",
    async (_name, version) => {
      const before = await lab.census();
      const identities = { s1: { commonName: "switches" } };
      const { agent, driver } = await startAgent({ identities, versions: [version] });
      await dial("ssl", switches);
      await eventually(() => agent.nodesUp.length === 2);
      expect([...driver.profiles().values()].map((profile) => profile.version)).toEqual([
        version,
        version,
      ]);
      const ports = await Promise.all(members.map((member) => lab.framePort(member)));
      /** Who hears a broadcast of the first member. */
      const audience = async (): Promise<readonly string[]> => {
        await lab.settle();
        await ports[0]?.send({ dst: BROADCAST, src: "02:00:00:00:00:01", vlan: 101 });
        const seen = Object.entries(await takeAll(ports));
        return seen.flatMap(([name, frames]) => frames.map(() => name));
      };
      const check = async (): Promise<void> => {
        const report = value(await agent.verifyNetwork("p", { dataPlane: true }));
        expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });
      };
      value(await agent.setupPhysicalNetwork("p", ["es1:eth1", "es2:eth1"], "10Mbps", 101));
      await check();
      expect(await audience()).toEqual(["es2:eth1"]);
      value(await agent.modifyPhysicalNetwork("p", ["es3:eth1"], [], "20Mbps"));
      await check();
      expect(await audience()).toEqual(["es2:eth1", "es3:eth1"]);
      await lab.ofctl(["del-flows", "s2", "cookie=0xdc05000000000000/0xffff000000000000"]);
      expect(await audience()).toEqual([]);
      const audit = value(await driver.audit());
      expect(audit).toMatchObject({ unknown: [], nodes: [{ unrepaired: [] }, { unrepaired: [] }] });
      expect(audit.nodes.find(({ node }) => node === "s2")?.flows.missing).toBeGreaterThan(0);
      await check();
      expect(await audience()).toEqual(["es2:eth1", "es3:eth1"]);
      value(await agent.teardownPhysicalNetwork("p"));
      expect(await lab.census()).toEqual(before);
      await agent.close();
    },
  );

  test.each(versionsWithGroups)(
    "show the agent frames to learn from, and tell it of a link that fails and is mended, with $protocol",
    async (spoken) => {
      await using scenario = await startScenario(triangle, {
        ...speakingOnly(spoken, { tls, learning: "agent" }),
        connect: (itsLab) => dial("ssl", switches, itsLab),
      });
      const { agent, lab: itsLab } = scenario;
      const ports = await Promise.all(members.map((member) => itsLab.framePort(member)));
      /** Who hears the first member send to the last. */
      const audience = async (): Promise<readonly string[]> => {
        const dst = "02:00:00:00:00:03";
        await ports[0]?.send({ dst, src: "02:00:00:00:00:01", vlan: 101 });
        const seen = Object.entries(await takeAll(ports));
        return seen.flatMap(([name, frames]) => frames.map(() => name));
      };
      const info = () => value(agent.getNetworkInfo("p"));
      const options = { delivery: "learn", protection: "disjoint" } as const;
      value(await agent.setupPhysicalNetwork("p", members, "10Mbps", 101, options));
      await itsLab.settle();
      expect(await audience()).toEqual(["es2:eth1", "es3:eth1"]);
      await ports[2]?.send({ dst: BROADCAST, src: "02:00:00:00:00:03", vlan: 101 });
      const isKnown = async (): Promise<boolean> => `${await audience()}` === "es3:eth1";
      await eventually(isKnown);
      const [{ id: link } = { id: "" }] = info().links;
      await itsLab.setLink(link, "down");
      await eventually(() => info().generation > 1 && info().state === "degraded");
      expect(info().links.map(({ id }) => id)).not.toContain(link);
      await eventually(async () => (await audience()).includes("es3:eth1"));
      await itsLab.setLink(link, "up");
      await eventually(() => info().state === "active");
      const report = value(await agent.verifyNetwork("p", { dataPlane: true }));
      expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });
      value(await agent.teardownPhysicalNetwork("p"));
      expect(await heldByUs(scenario)).toEqual([]);
    },
  );

  test("are sent away, with no rule, when their certificate is not the one of their datapath id", async () => {
    const before = await lab.census();
    const { agent, events } = await startAgent({
      identities: { s2: { commonName: "s2.example" } },
    });
    await dial("ssl", switches);
    await eventually(() => events.some(({ type }) => type === "switch-refused"));
    await eventually(() => agent.nodesUp.includes(pairNode("s1")));
    expect(events.find(({ type }) => type === "switch-refused")).toMatchObject({
      datapathId: "0000000000000002",
      reason: "its certificate is not the one that its datapath id is bound to",
    });
    expect(agent.nodesUp).toEqual(["s1"]);
    expect(await lab.census()).toEqual(before);
    await agent.close();
  });

  test("get no connection with a certificate that nobody trusts, nor without TLS", async () => {
    using stranger = new Authority("stranger");
    const { agent, events } = await startAgent();
    const reasons = (): ReadonlySet<string> =>
      new Set(events.map((event) => (event.type === "switch-refused" ? event.reason : event.type)));
    await dial("ssl", stranger.issue("switches"));
    await eventually(() => events.length > 0);
    await sleep(1_500);
    expect([...reasons()]).toEqual([
      expect.stringMatching(/^its certificate is not trusted: [A-Z_]+$/),
    ]);
    await dial("tcp", stranger.issue("switches"));
    await eventually(() => reasons().has("its TLS handshake failed: wrong version number"));
    await sleep(1_500);
    expect(reasons().size).toBe(2);
    expect(agent.nodesUp).toEqual([]);
    await agent.close();
  });
});

function pairNode(name: string): DcnsAgent["nodesUp"][number] {
  return name as DcnsAgent["nodesUp"][number];
}
