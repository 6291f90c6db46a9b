import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { networkCookie } from "../../src/drivers/openflow/compile/cookie.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import { networkNumber } from "../../src/model/ids.ts";
import { allForeignEntries, ourCounts } from "../support/switch-state.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

const hosts = ["s1a:eth1", "s2b:eth1", "s3a:eth1"] as const;

describe("verifyNetwork", () => {
  test("finds a network that stands consistent, and changes nothing", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const report = value(await bed.run(bed.agent.verifyNetwork("p")));
    expect(report).toEqual({
      project: "p",
      consistent: true,
      segments: [{ segment: "1@campus", discrepancies: [] }],
    });
    expect(mods.count).toBe(0);
  });

  test("reports what was deleted behind our back as missing, and repairs nothing", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    const at = bed.fabric.switchOf("s2");
    const victim = at.flows().find(({ cookie }) => cookie !== 7n);
    const { table, priority, match } = victim ?? { table: 0, priority: 0, match: [] };
    at.inject(flowMod({ command: "delete-strict", table, priority, match }))._unsafeUnwrap();
    const held = bed.held();
    const report = value(await bed.run(bed.agent.verifyNetwork("p")));
    expect(report.consistent).toBe(false);
    expect(report.segments[0]?.discrepancies).toMatchObject([{ node: "s2", kind: "missing" }]);
    expect(bed.held()).toEqual(held);
  });

  test("reports a flow under our cookie that we did not make as excess", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    const strange = flowMod({
      cookie: networkCookie(0xdc05, networkNumber(1)),
      priority: 20_000,
      match: [{ field: "in_port", value: 2 }],
    });
    bed.fabric.switchOf("s1").inject(strange)._unsafeUnwrap();
    const report = value(await bed.run(bed.agent.verifyNetwork("p")));
    expect(report.segments[0]?.discrepancies).toMatchObject([{ node: "s1", kind: "excess" }]);
  });

  test("reports a meter that somebody changed as different", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    const at = bed.fabric.switchOf("s1");
    const [ours] = at.meters().filter(({ meter }) => meter !== 7);
    const { meter, flags } = ours ?? { meter: 0, flags: 0 };
    const bands = [{ type: "drop", rate: 5, burst: 5 }] as const;
    at.inject({ type: "meter-mod", command: "modify", flags, meter, bands })._unsafeUnwrap();
    const report = value(await bed.run(bed.agent.verifyNetwork("p")));
    expect(report.segments[0]?.discrepancies).toMatchObject([{ node: "s1", kind: "differs" }]);
  });

  test("reports a switch that is gone as unreachable", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", hosts, 1e6, 101);
    bed.fabric.switchOf("s3").disconnect();
    await bed.clock.advance(10);
    const report = value(await bed.run(bed.agent.verifyNetwork("p")));
    expect(report.segments[0]?.discrepancies).toMatchObject([{ node: "s3", kind: "unreachable" }]);
  });

  test("a project without a network has nothing to verify", async () => {
    await using bed = await Testbed.start();
    const result = await bed.run(bed.agent.verifyNetwork("p"));
    errorOf(result, "network-not-found");
  });
});

describe("planPhysicalNetwork", () => {
  const hostPorts = ["s1", "s2", "s3", "s4"].flatMap((node) => [`${node}a:eth1`, `${node}b:eth1`]);

  test("shows what setup then does and what each switch then holds, and changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...hostPorts), { minLength: 1, maxLength: 6 }),
        fc.constantFrom("hose" as const, "shared" as const),
        fc.option(fc.constantFrom(101, "300-310"), { nil: undefined }),
        async (members, sharing, vlan) => {
          await using bed = await Testbed.start();
          await bed.setUp("other", ["s1a:eth1", "s4b:eth1"], "1Gbps", 101);
          const held = bed.held();
          const { commits } = bed.store;
          const plan = () =>
            bed.agent.planPhysicalNetwork("p", members, "100Mbps", vlan, { sharing });
          const planned = plan();
          expect(plan()).toEqual(planned);
          await bed.clock.settle();
          expect(bed.held()).toEqual(held);
          expect(bed.store.commits).toBe(commits);
          expect(bed.agent.listNetworks()).toHaveLength(1);

          const call = bed.agent.setupPhysicalNetwork("p", members, "100Mbps", vlan, { sharing });
          const done = await bed.run(call);
          if (planned.isErr()) {
            expect(planned.error).toMatchObject(done._unsafeUnwrapErr());
            return;
          }
          const info = value(done);
          expect(info.vlan).toBe(planned.value.vlan);
          expect(info.cost).toBe(planned.value.cost);
          expect(info.links).toEqual(
            planned.value.links.map(({ link, label, forward, backward }) => ({
              id: link,
              vlan: label,
              reserved: { forward, backward },
            })),
          );
          await bed.tearDown("other");
          for (const { node, ...counts } of planned.value.nodes) {
            expect(ourCounts(bed.fabric.switchOf(node))).toEqual(counts);
          }
          expect(planned.value.nodes.map(({ node }) => node as string).sort()).toEqual(
            Object.keys(bed.held()),
          );
        },
      ),
      { numRuns: 15 },
    );
  });

  test("refuses as setup does, and says which single changes would succeed", async () => {
    await using bed = await Testbed.start();
    const foreign = allForeignEntries(bed.fabric);
    const refused = errorOf(bed.agent.planPhysicalNetwork("p", hosts, "20Gbps"), "no-path");
    const setup = errorOf(
      await bed.run(bed.agent.setupPhysicalNetwork("p", hosts, "20Gbps")),
      "no-path",
    );
    expect(refused).toMatchObject({ explanation: setup.explanation });
    expect(setup.remedies).toBeUndefined();
    const rates = refused.remedies?.changes.flatMap((one) =>
      one.type === "bandwidth" ? [one.bandwidth] : [],
    );
    expect(rates).toEqual([5e9]);
    expect(bed.agent.planPhysicalNetwork("p", hosts, "5Gbps").isOk()).toBe(true);
    expect(bed.agent.planPhysicalNetwork("p", hosts, 5e9 + 1).isErr()).toBe(true);
    errorOf(bed.agent.planPhysicalNetwork("p", ["nobody:eth0"], 1e6), "unknown-host-port");
    errorOf(bed.agent.planPhysicalNetwork("p", hosts, 1e6, 1), "vlan-unavailable");
    expect(allForeignEntries(bed.fabric)).toEqual(foreign);
  });
});
