import { describe, expect, test } from "vitest";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import { describeError } from "../../src/model/errors.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import type { Refusal } from "../../src/testing/datapath/refusal.ts";
import { type Lacks, without } from "../support/lacking.ts";
import { Testbed } from "../support/testbed.ts";

/** Only the switch of this node lacks something. */
const onlyAt =
  (where: string, lacks: Lacks) =>
  (message: OfMessage, node: string): Refusal | undefined =>
    node === where ? lacks(message) : undefined;

const linksOf = (info: NetworkInfo): string[] => info.links.map(({ id }) => String(id)).sort();

const square = { s2: ["s1-s2", "s2-s3"], s4: ["s1-s4", "s4-s3"] } as const;
const around = { s2: "s4", s4: "s2" } as const;

describe("a switch that lacks what a network needs", () => {
  test.each(["s2", "s4"] as const)("%s is gone around where that can be", async (node) => {
    await using bed = await Testbed.start({ lacks: onlyAt(node, without("in_port")) });
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const planned = bed.agent.planPhysicalNetwork("p", ["s1a:eth1", "s3a:eth1"], "10Mbps");
    expect(planned._unsafeUnwrap().nodes.map((each) => each.node)).not.toContain(node);
    expect(mods.count).toBe(0);
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "10Mbps");
    expect(linksOf(info)).toEqual(square[around[node]]);
    bed.expectWhole(info);
    expect(bed.held()[node]).toBeUndefined();
  });

  test("does not branch where it cannot, though it is an end", async () => {
    await using bed = await Testbed.start({ lacks: onlyAt("s1", without("group all")) });
    const ends = ["s1a:eth1", "s2a:eth1", "s4a:eth1"];
    const info = await bed.setUp("p", ends, "10Mbps");
    expect(linksOf(info)).toHaveLength(3);
    expect(linksOf(info).filter((id) => id.startsWith("s1-"))).toHaveLength(1);
    bed.expectWhole(info);
  });

  test("is named with the reason where there is no way around it, and nothing is touched", async () => {
    await using bed = await Testbed.start({ lacks: onlyAt("s3", without("in_port")) });
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    const ends = ["s1a:eth1", "s3a:eth1"];
    const reason = /s3.*the switch cannot match frames by port and VLAN: bad-request\/bad-type/;
    const refused = await bed.run(bed.agent.setupPhysicalNetwork("p", ends, "10Mbps"));
    expect(refused._unsafeUnwrapErr().type).toBe("driver-failed");
    expect(describeError(refused._unsafeUnwrapErr())).toMatch(reason);
    const planned = bed.agent.planPhysicalNetwork("p", ends, "10Mbps");
    expect(describeError(planned._unsafeUnwrapErr())).toMatch(reason);
    expect(mods.count).toBe(0);
  });

  test("is gone around by a network that grows, too, without its frames being lost", async () => {
    await using bed = await Testbed.start({ lacks: onlyAt("s4", without("in_port")) });
    await bed.setUp("p", ["s1a:eth1", "s2a:eth1"], "10Mbps");
    const info = await bed.modify("p", ["s3a:eth1"], []);
    expect(linksOf(info)).toEqual(["s1-s2", "s2-s3"]);
    bed.expectWhole(info);
  });

  test("is not where a broken network goes: it stays degraded, and heals with its link", async () => {
    await using bed = await Testbed.start({ lacks: onlyAt("s4", without("in_port")) });
    const options = { protection: "restore" } as const;
    await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "10Mbps", undefined, options);
    bed.fabric.setLink("s2-s3", false);
    await bed.until(() => bed.info("p").state === "degraded");
    await bed.clock.advance(1_000);
    expect(Object.keys(bed.held())).not.toContain("s4");
    bed.fabric.setLink("s2-s3", true);
    await bed.until(() => bed.info("p").state === "active");
    bed.expectWhole(bed.info("p"));
  });
});

describe("a switch whose tables are full", () => {
  /** Once it is full, nothing of ours is added. */
  const full = (node: string) => {
    const state = { isFull: false };
    const lacks: Lacks = (message) => {
      const isNew = message.type === "flow-mod" && message.command === "add";
      if (!state.isFull || !isNew) return undefined;
      return { kind: "flow-mod-failed", code: "table-full" };
    };
    return { state, lacks: onlyAt(node, lacks) };
  };

  test.each(["s2", "s4"] as const)("%s is gone around when that shows", async (node) => {
    const { state, lacks } = full(node);
    await using bed = await Testbed.start({ lacks });
    state.isFull = true;
    const info = await bed.setUp("p", ["s1a:eth1", "s3a:eth1"], "10Mbps");
    expect(linksOf(info)).toEqual(square[around[node]]);
    bed.expectWhole(info);
    expect(bed.held()[node]).toBeUndefined();
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("is named where there is no way around it, and nothing is left", async () => {
    const { state, lacks } = full("s3");
    await using bed = await Testbed.start({ lacks });
    state.isFull = true;
    const asked = bed.agent.setupPhysicalNetwork("p", ["s1a:eth1", "s3a:eth1"], "10Mbps");
    const refused = (await bed.run(asked))._unsafeUnwrapErr();
    expect(refused.type).toBe("driver-failed");
    expect(describeError(refused)).toMatch(/s3.*flow-mod-failed\/table-full/);
    bed.expectNothingLeft();
  });
});
