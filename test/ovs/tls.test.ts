import { afterAll, beforeAll, expect, test } from "vitest";
import { type AgentEvent, DcnsAgent, OpenFlowDriver, Topology } from "../../src/index.ts";
import { DOMAIN, fabricDocument } from "../lab/fabric-document.ts";
import { sleep } from "../lab/frame-port.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";
import { Authority, type Credentials } from "../support/authority.ts";

const pair = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"] },
  hosts: { "es1:eth1": "s1:1", "es2:eth1": "s2:1" },
});

describeWithOvs("switches over TLS, on Open vSwitch", () => {
  const authority = new Authority();
  const controller = authority.issue("controller");
  let lab: OvsLab;

  beforeAll(async () => {
    lab = await OvsLab.start(pair, { protocols: ["OpenFlow13"] });
  });
  afterAll(async () => {
    await lab?.close();
    authority[Symbol.dispose]();
  });

  /** An agent that trusts the authority; what it tells, from the start. */
  async function startAgent(identities = {}): Promise<readonly [DcnsAgent, AgentEvent[]]> {
    const tls = { key: controller.key, cert: controller.cert, ca: authority.cert };
    const driver = new OpenFlowDriver({ listen: lab.controller, tls, identities });
    const topology = value(Topology.parse(pair));
    const agent = value(await DcnsAgent.start({ topology, drivers: { [DOMAIN]: driver } }));
    const events: AgentEvent[] = [];
    agent.events.subscribe((event) => events.push(event));
    return [agent, events];
  }

  /** Has all bridges dial the agent with these credentials. */
  async function dial(scheme: "ssl" | "tcp", { keyFile, certFile }: Credentials): Promise<void> {
    const { host, port } = lab.controller;
    await lab.disconnect();
    await lab.vsctl([["set-ssl", keyFile, certFile, authority.certFile]]);
    await lab.vsctl(
      lab.bridges.flatMap((bridge) => [
        ["set-controller", bridge, `${scheme}:${host}:${port}`],
        ["set", "controller", bridge, "connection_mode=out-of-band"],
      ]),
    );
  }

  test("carry a network when both sides trust each other", async () => {
    const [agent] = await startAgent({ s1: { commonName: "switches" } });
    await dial("ssl", authority.issue("switches"));
    await eventually(() => agent.nodesUp.length === 2);
    value(await agent.setupPhysicalNetwork("p", ["es1:eth1", "es2:eth1"], "10Mbps", 101));
    const report = value(await agent.verifyNetwork("p", { dataPlane: true }));
    expect(report).toMatchObject({ consistent: true, dataPlane: { complete: true } });
    value(await agent.teardownPhysicalNetwork("p"));
    await agent.close();
  });

  test("are sent away, with no rule, when their certificate is not the one of their datapath id", async () => {
    const before = await lab.census();
    const [agent, events] = await startAgent({ s2: { commonName: "s2.example" } });
    await dial("ssl", authority.issue("switches"));
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
    const [agent, events] = await startAgent();
    await dial("ssl", stranger.issue("switches"));
    await sleep(1_500);
    await dial("tcp", stranger.issue("switches"));
    await sleep(1_500);
    expect(agent.nodesUp).toEqual([]);
    expect(events).toEqual([]);
    await agent.close();
  });
});

function pairNode(name: string): DcnsAgent["nodesUp"][number] {
  return name as DcnsAgent["nodesUp"][number];
}
