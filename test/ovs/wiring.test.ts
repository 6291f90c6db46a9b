import { describe, expect, test } from "vitest";
import { type AgentEvent, DcnsAgent, OpenFlowDriver, Topology } from "../../src/index.ts";
import { DOMAIN, fabricDocument } from "../lab/fabric-document.ts";
import { openFlowVersions, speaking } from "../lab/openflow-versions.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, value } from "../lab/scenario.ts";

const hosts = { "es1:eth1": "s1:1", "es2:eth1": "s2:1", "es3:eth1": "s3:1" };
const real = fabricDocument({
  links: { "s1-s2": ["s1:10", "s2:10"], "s1-s3": ["s1:11", "s3:10"] },
  hosts,
});
/** As the inventory has it: the two cables at s1 the other way round. */
const believed = fabricDocument({
  links: { "s1-s2": ["s1:11", "s2:10"], "s1-s3": ["s1:10", "s3:10"] },
  hosts,
});

describeWithOvs("wiring, on Open vSwitch", () => {
  describe.each(openFlowVersions)("$protocol", ({ protocol, version }) => {
    test("is compared with the inventory, and nothing is left behind", async () => {
      const lab = await OvsLab.start(real, speaking(protocol));
      const before = await lab.census();
      for (const document of [real, believed]) {
        const driver = new OpenFlowDriver({
          listen: lab.controller,
          wiringIntervalMs: 200,
          session: { versions: [version] },
        });
        const topology = value(Topology.parse(document));
        const agent = value(await DcnsAgent.start({ topology, drivers: { [DOMAIN]: driver } }));
        const told: AgentEvent[] = [];
        agent.events.on("miswired", (event) => told.push(event));
        await lab.connect();
        await eventually(() => agent.nodesUp.length === 3);
        if (document === real) {
          await new Promise((resolve) => setTimeout(resolve, 3_000));
          expect(told).toEqual([]);
        } else {
          await eventually(() => told.length >= 4);
          const seen = told.flatMap((event) =>
            event.type === "miswired" ? [`${event.port} ${event.expected} ${event.seen}`] : [],
          );
          expect(seen.sort()).toEqual([
            "s1:10 s3:10 s2:10",
            "s1:11 s2:10 s3:10",
            "s2:10 s1:11 s1:10",
            "s3:10 s1:10 s1:11",
          ]);
        }
        await agent.close();
      }
      // What a closing agent could not take away goes by itself after ten seconds.
      await eventually(
        async () => JSON.stringify(await lab.census()) === JSON.stringify(before),
        15_000,
      );
      await lab.close();
    });
  });
});
