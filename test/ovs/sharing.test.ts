import { expect, test } from "vitest";
import type { NetworkInfo } from "../../src/index.ts";
import { Topology } from "../../src/index.ts";
import { EtcdCluster } from "../lab/etcd-cluster.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { sleep } from "../lab/frame-port.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, holdings, value } from "../lab/scenario.ts";
import { SharingAgent } from "../lab/sharing-agent.ts";
import type { SharingTask } from "../lab/sharing-process.ts";
import { describeEtcd } from "../support/etcd.ts";
import { expectNoOverCommitment } from "../support/no-over-commitment.ts";

const ring = fabricDocument({
  links: { a: ["s1:10", "s2:10"], b: ["s2:11", "s3:10"], c: ["s3:11", "s1:11"] },
  hosts: {
    "e1:eth1": "s1:1",
    "e2:eth1": "s2:1",
    "e3:eth1": "s3:1",
    "h1:eth1": "s1:2",
    "h2:eth1": "s2:2",
    "h3:eth1": "s3:2",
  },
});
const names = ["a", "b", "c"];
const LEASE_MS = 3_000;
/** A lease, the second that etcd may add to it, turns of those who are gone, and an audit. */
const TAKEOVER_MS = 15_000;

describeEtcd("with etcd", () => {
  describeWithOvs("three agents in three processes, on Open vSwitch", () => {
    test("serve one topology, whoever dies, stops or is cut off, and no ping is lost", {
      timeout: 300_000,
    }, async () => {
      await using etcd = await EtcdCluster.start({ members: 3, severable: true });
      const lab = await OvsLab.start(ring);
      const { host, port } = lab.controller;
      const taskOf = (index: number, endpoints = etcd.endpoints): SharingTask => ({
        agentId: names[index] ?? "",
        leaseMs: LEASE_MS,
        document: ring,
        listen: { host, port: port + index },
        endpoints,
        seed: index,
        projects: ["p", "q", "r", "s"],
        hostPorts: ["e1:eth1", "e2:eth1", "e3:eth1"],
      });
      const agents = names.map((_, index) => new SharingAgent(taskOf(index)));
      const at = (index: number): SharingAgent => {
        const found = agents[index];
        if (found === undefined) throw new Error(`no agent ${index}`);
        return found;
      };
      const served = (timeoutMs = TAKEOVER_MS) =>
        eventually(async () => {
          const shown = await Promise.all(agents.map((one) => one.ask({ do: "show" })));
          return shown.every(({ nodesUp }) => nodesUp?.length === lab.bridges.length);
        }, timeoutMs);
      /** The agents at these places get on with their calls. */
      const progress = async (indexes: readonly number[]) => {
        const before = indexes.map((index) => at(index).successes);
        await eventually(
          () => indexes.every((index, n) => at(index).successes > (before[n] ?? 0) + 2),
          TAKEOVER_MS + 10_000,
        );
      };
      try {
        await Promise.all(agents.map((one) => one.started()));
        const foreign = await holdings(lab);
        const controllers = names.map((_, index) => `tcp:${host}:${port + index}`);
        await lab.vsctl(lab.bridges.map((bridge) => ["set-controller", bridge, ...controllers]));
        await served(30_000);
        const made = await at(0).ask({
          do: "setup",
          project: "ping",
          members: ["h1:eth1", "h2:eth1", "h3:eth1"],
        });
        expect(made.error).toBeUndefined();
        const [near, far] = [
          await lab.addStation({ at: "h1:eth1", vlan: 101 }),
          await lab.addStation({ at: "h3:eth1", vlan: 101 }),
        ];
        await lab.settle();
        await near.ping(far);
        const pings = near.startPing(far, 5);
        await pings.flowing();
        for (const agent of agents) agent.work();
        await progress([0, 1, 2]);

        await at(1).kill();
        await progress([0, 2]);
        agents[1] = new SharingAgent(taskOf(1));
        await at(1).started();
        at(1).work();
        await progress([0, 1, 2]);

        at(2).pause();
        await progress([0, 1]);
        at(2).resume();
        await progress([0, 1, 2]);

        const leader = await etcd.leader();
        await etcd.kill(leader);
        await progress([0, 1, 2]);
        etcd.restart(leader);
        await sleep(2_000);

        const stopped = (leader + 1) % 3;
        etcd.pause(stopped);
        await progress([0, 1, 2]);
        etcd.resume(stopped);
        await progress([0, 1, 2]);

        // Agent 1 knows one member only, which leads: that is cut off from the others, and answers it.
        const alone = await etcd.leader();
        await at(1).kill();
        agents[1] = new SharingAgent(taskOf(1, etcd.endpoints.slice(alone, alone + 1)));
        await at(1).started();
        at(1).work();
        await progress([0, 1, 2]);
        await etcd.cutOff(alone);
        await eventually(() => etcd.isAlone(alone), TAKEOVER_MS);
        await sleep(LEASE_MS);
        const done = at(1).successes;
        await progress([0, 2]);
        await sleep(LEASE_MS);
        expect(await etcd.isAlone(alone)).toBe(true);
        expect(at(1).successes).toBe(done);
        await etcd.join(alone);
        await progress([0, 1, 2]);

        await Promise.all(agents.map((one) => one.ask({ do: "rest" })));
        await served();
        const { lost, duplicates, sent } = await pings.stop();
        expect({ lost, duplicates }).toEqual({ lost: [], duplicates: 0 });
        expect(sent).toBeGreaterThan(1_000);

        const shown = await Promise.all(agents.map((one) => one.ask({ do: "show" })));
        const networks: readonly NetworkInfo[] = shown[0]?.networks ?? [];
        for (const other of shown) expect(other.networks).toEqual(networks);
        expect(networks.filter(({ state }) => state !== "active")).toEqual([]);
        expectNoOverCommitment(value(Topology.parse(ring)), networks);
        for (const agent of agents) {
          expect((await agent.ask({ do: "verify" })).inconsistent).toEqual([]);
        }
        expect((await at(1).ask({ do: "clear" })).error).toBeUndefined();
        expect(await holdings(lab)).toEqual(foreign);
        await Promise.all(agents.map((one) => one.ask({ do: "close" })));
      } finally {
        await Promise.all(agents.map((one) => one.kill()));
        await lab.close();
      }
    });
  });
});
