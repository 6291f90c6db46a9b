import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectNoOverCommitment } from "../support/no-over-commitment.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

describe("calls at once", () => {
  test("calls on different projects are under way side by side", async () => {
    await using bed = await Testbed.start();
    const agent = bed.agent;
    const calls = Promise.all([
      agent.setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101),
      agent.setupPhysicalNetwork("q", ["s1a:eth1", "s2a:eth1"], 1e6, 102),
    ]);
    let together = 0;
    await bed.run(calls, () => {
      const states = agent.listNetworks().map(({ state }) => state);
      if (states.length === 2 && states.every((state) => state === "provisioning")) together += 1;
    });
    expect(together).toBeGreaterThan(0);
    for (const result of await calls) bed.expectWhole(value(result));
  });

  test("calls on one project follow one another in the order of asking", async () => {
    await using bed = await Testbed.start();
    const agent = bed.agent;
    const ended: string[] = [];
    const note = (name: string) => (): number => ended.push(name);
    const calls = Promise.all([
      agent.setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101).andTee(note("setup")),
      agent.modifyPhysicalNetwork("p", ["s3a:eth1"], []).andTee(note("modify")),
      agent.teardownPhysicalNetwork("p").andTee(note("teardown")),
      agent.setupPhysicalNetwork("p", ["s4a:eth1", "s2a:eth1"], 1e6, 101).andTee(note("again")),
    ]);
    const [, modified, torn, again] = await bed.run(calls);
    expect(ended).toEqual(["setup", "modify", "teardown", "again"]);
    expect(value(modified).endpoints).toHaveLength(3);
    value(torn);
    bed.expectWhole(value(again));
    expect(bed.agent.listNetworks()).toEqual([value(again)]);
  });

  test("the same setup twice at once makes one network", async () => {
    await using bed = await Testbed.start();
    const ask = () => bed.agent.setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], 1e6);
    const [first, second] = await bed.run(Promise.all([ask(), ask()]));
    expect(value(second)).toEqual(value(first));
    expect(bed.agent.listNetworks()).toHaveLength(1);
  });

  test("of two setups that do not fit together one succeeds, and the other is told why", async () => {
    await using bed = await Testbed.start();
    const hosts = [
      ["s1a:eth1", "s2a:eth1"],
      ["s1b:eth1", "s2b:eth1"],
    ] as const;
    const [one, other] = await bed.run(
      Promise.all([
        bed.agent.setupPhysicalNetwork("p", hosts[0], "6Gbps"),
        bed.agent.setupPhysicalNetwork("q", hosts[1], "6Gbps"),
      ]),
    );
    bed.expectWhole(value(one));
    const { explanation } = errorOf(other, "no-path");
    expect(explanation).toMatchObject({ reason: "bandwidth", largest: 4_000_000_000 });
    expect(bed.agent.listNetworks().map(({ project }) => project)).toEqual(["p"]);
  });

  test("of two setups that want one VLAN at one port, one has it and the other is told which would do", async () => {
    await using bed = await Testbed.start();
    const [one, other] = await bed.run(
      Promise.all([
        bed.agent.setupPhysicalNetwork("p", ["s1a:eth1", "s2a:eth1"], 1e6, 101),
        bed.agent.setupPhysicalNetwork("q", ["s1a:eth1", "s3a:eth1"], 1e6, 101),
      ]),
    );
    bed.expectWhole(value(one));
    expect(errorOf(other, "vlan-unavailable").wouldWork).toContain("102");
  });

  test("as many calls as one likes may be under way, and nothing warns of listeners", async () => {
    await using bed = await Testbed.start();
    const warnings: Error[] = [];
    const listen = (warning: Error): number => warnings.push(warning);
    process.on("warning", listen);
    const { agent } = bed;
    const projects = Array.from({ length: 20 }, (_, n) => `p${n}`);
    const hosts = ["s1a:eth1", "s2a:eth1", "s3a:eth1"];
    const calls = projects.map((project) => agent.setupPhysicalNetwork(project, hosts, 1e6));
    for (const result of await bed.run(Promise.all(calls))) value(result);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  test("whatever is asked at once, links are never over-committed and every network is whole", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(callArbitrary, { minLength: 4, maxLength: 14 }), async (calls) => {
        await using bed = await Testbed.start();
        const agent = bed.agent;
        const all = Promise.all(
          calls.map(({ project, kind, hosts, bw }) => {
            if (kind === "setup") return agent.setupPhysicalNetwork(project, hosts, bw);
            if (kind === "teardown") return agent.teardownPhysicalNetwork(project);
            return agent.modifyPhysicalNetwork(project, hosts.slice(1), hosts.slice(0, 1), bw);
          }),
        );
        const check = () => expectNoOverCommitment(bed.topology, agent.listNetworks());
        await bed.run(all, check);
        check();
        for (const info of agent.listNetworks()) bed.expectWhole(info);
        for (const { project } of agent.listNetworks()) await bed.tearDown(project);
        bed.expectNothingLeft();
      }),
      { numRuns: 10 },
    );
  });
});

const hostPorts = ["s1", "s2", "s3", "s4"].flatMap((node) => [`${node}a:eth1`, `${node}b:eth1`]);

const callArbitrary = fc.record({
  project: fc.constantFrom("p", "q", "r", "s"),
  kind: fc.constantFrom("setup", "setup", "modify", "teardown"),
  hosts: fc.uniqueArray(fc.constantFrom(...hostPorts), { minLength: 1, maxLength: 4 }),
  bw: fc.constantFrom("500Mbps", "1Gbps", "3Gbps", "4Gbps"),
});
