import { describe, expect, test } from "vitest";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import {
  expectClean,
  expectRecovered,
  type Operation,
  operations,
  outcomes,
  pair,
  pictureOf,
  prepared,
} from "../support/crashes.ts";
import { errorOf, Testbed, value } from "../support/testbed.ts";

describe.each(operations)("an agent that dies in a $name", (operation) => {
  test("before or after any commit leaves the network as before or as asked, for the next agent", async () => {
    const pictures = await outcomes(operation);
    let deaths = 0;
    for (const when of ["before", "after"] as const) {
      for (let nth = 1; nth <= 3; nth += 1) {
        await using bed = await prepared(operation);
        const { store } = bed;
        const last = store.commits + nth;
        let isDead = false;
        const die = (number: number): void => {
          if (number !== last) return;
          isDead = true;
          bed.crash();
        };
        if (when === "before") store.onCommit = (_, number) => die(number);
        else store.onCommitted = die;
        const call = operation.call(bed);
        await bed.until(() => isDead, 300).catch(() => {});
        if (!isDead) {
          await bed.run(call);
          break;
        }
        deaths += 1;
        await expectRecovered(bed, pictures);
        await expectClean(bed);
      }
    }
    expect(deaths).toBe(4);
  });

  test("at any message leaves the network as before or as asked, for the next agent", async () => {
    const pictures = await outcomes(operation);
    const messages = await conversation(operation);
    expect(messages.length).toBeGreaterThan(7);
    for (const { node, on, nth } of messages) {
      await using bed = await prepared(operation);
      const at = bed.fabric.switchOf(node);
      at.faults.add({ on, nth, fault: { type: "disconnect" } });
      let isDead = false;
      const observer = at.observe((event) => {
        if (event.type !== "fault" || isDead) return;
        isDead = true;
        bed.crash();
      });
      void operation.call(bed);
      await bed.until(() => isDead);
      observer[Symbol.dispose]();
      await expectRecovered(bed, pictures);
      await expectClean(bed);
    }
  });
});

/** The messages to switches that an operation takes: every one that changes something. */
async function conversation(
  operation: Operation,
): Promise<readonly { node: string; on: OfMessage["type"]; nth: number }[]> {
  await using bed = await prepared(operation);
  const counts = new Map<string, number>();
  const messages: { node: string; on: OfMessage["type"]; nth: number }[] = [];
  for (const [node, at] of bed.fabric.switches) {
    at.observe((event) => {
      if (event.type !== "message" || event.direction !== "to-switch") return;
      const on = event.message.type;
      if (!on.endsWith("-mod")) return;
      const nth = (counts.get(`${node} ${on}`) ?? 0) + 1;
      counts.set(`${node} ${on}`, nth);
      messages.push({ node, on, nth });
    });
  }
  await bed.run(operation.call(bed));
  return messages;
}

describe("an agent that starts", () => {
  test("sends nothing where switches are right already, and lists what there was", async () => {
    await using bed = await Testbed.start();
    const infos = [
      await bed.setUp("p", ["s1a:eth1", "s3b:eth1", "s4a:eth1"], 1e6, 101),
      await bed.setUp("q", ["s1a:eth1", "s2a:eth1"], 1e6, 102),
    ];
    bed.crash();
    using mods = bed.countMessages("flow-mod", "group-mod", "meter-mod");
    await bed.restart();
    expect(mods.count).toBe(0);
    expect(bed.agent.listNetworks()).toEqual(infos);
    for (const info of infos) bed.expectWhole(info);
  });

  test("while hosts send, interrupts nobody", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", ["s1a:eth1", "s3b:eth1"], 1e6, 101);
    bed.crash();
    bed.expectWhole(info);
    await bed.startAgent();
    for (let ms = 0; ms < 2_000; ms += 100) {
      await bed.clock.advance(100);
      bed.expectWhole(info);
    }
  });

  test("takes new calls on what the networks before it left free", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, "6Gbps", 101);
    bed.crash();
    await bed.restart();
    errorOf(bed.agent.planPhysicalNetwork("q", pair, "6Gbps"), "no-path");
    errorOf(bed.agent.planPhysicalNetwork("q", pair, "1Gbps", 101), "vlan-unavailable");
    const info = await bed.setUp("q", pair, "4Gbps");
    bed.expectWhole(info);
    expect(info.segments[0]?.id).not.toBe(bed.info("p").segments[0]?.id);
  });

  test("repairs what was changed while nobody watched", async () => {
    await using bed = await Testbed.start();
    const info = await bed.setUp("p", pair, 1e6, 101);
    const held = bed.held();
    bed.crash();
    bed.fabric.powerOff("s1");
    bed.fabric.powerOn("s1");
    await bed.restart();
    await bed.clock.advance(100);
    expect(bed.held()).toEqual(held);
    bed.expectWhole(info);
  });

  test("while a switch with unfinished work stays away, holds what may be there in quarantine", async () => {
    await using bed = await Testbed.start();
    const at = bed.fabric.switchOf("s2");
    at.faults.add({ on: "barrier-request", fault: { type: "disconnect" } });
    at.observe((event) => {
      if (event.type === "fault") {
        bed.crash();
        at.disconnect();
      }
    });
    void bed.agent.setupPhysicalNetwork("p", pair, 1e6, 101);
    await bed.until(() => !bed.isRunning);
    expect(bed.held()).not.toEqual({});
    await bed.startAgent();
    expect(bed.agent.listNetworks()).toEqual([]);
    errorOf(bed.agent.planPhysicalNetwork("q", pair, 1e6, 101), "vlan-unavailable");
    at.connect();
    await bed.untilAllUp();
    bed.expectNothingLeft();
    value(bed.agent.planPhysicalNetwork("q", pair, 1e6, 101));
  });

  test("does not take a switch for clean that stays away from a teardown", async () => {
    await using bed = await Testbed.start();
    await bed.setUp("p", pair, 1e6, 101);
    const at = bed.fabric.switchOf("s2");
    at.disconnect();
    await bed.clock.advance(20_000);
    const call = bed.agent.teardownPhysicalNetwork("p", { timeoutMs: 25_000 });
    errorOf(await bed.run(call), "driver-failed");
    bed.crash();
    await bed.startAgent();
    await bed.clock.advance(20_000);
    expect(bed.info("p").state).toBe("releasing");
    errorOf(bed.agent.planPhysicalNetwork("q", pair, 1e6, 101), "vlan-unavailable");
    const again = await bed.run(bed.agent.teardownPhysicalNetwork("p", { timeoutMs: 25_000 }));
    expect(errorOf(again, "driver-failed").pending).toEqual(["s2"]);
    value(await bed.run(bed.agent.teardownPhysicalNetwork("p", { force: true })));
    errorOf(bed.agent.planPhysicalNetwork("q", pair, 1e6, 101), "vlan-unavailable");
    at.connect();
    await bed.untilAllUp();
    await bed.clock.advance(1_000);
    bed.expectNothingLeft();
    value(bed.agent.planPhysicalNetwork("q", pair, 1e6, 101));
  });

  test("does not start on records that it cannot read, and says which", async () => {
    await using bed = await Testbed.start();
    await bed.run(
      bed.store.commit({
        compare: [],
        writes: [{ type: "put", key: "network/9", value: { format: 99 } }],
      }),
    );
    bed.crash();
    const result = await bed.run(bed.tryStart());
    expect(
      errorOf(
        result.map(() => 0),
        "store-unavailable",
      ).message,
    ).toContain("network/9");
  });
});

describe("a store", () => {
  test("knows what is intended before any switch does", async () => {
    await using bed = await Testbed.start();
    const order: string[] = [];
    bed.store.onCommit = ({ writes }) => {
      for (const write of writes) {
        const phase =
          write.type === "put" ? JSON.stringify(write.value).match(/"phase":"(\w+)"/) : [];
        order.push(write.type === "put" ? `commit ${phase?.[1]}` : "commit nothing");
      }
    };
    bed.store.onCommitted = () => order.push("committed");
    for (const at of bed.fabric.switches.values()) {
      at.observe((event) => {
        const isMod = event.type === "message" && event.message.type.endsWith("-mod");
        if (isMod && order.at(-1) !== "switches") order.push("switches");
      });
    }
    await bed.setUp("p", pair, 1e6, 101);
    await bed.modify("p", [], [], 2e6);
    await bed.tearDown("p");
    const operation = (begun: string, ended: string): readonly string[] => [
      ...[`commit ${begun}`, "committed", "switches"],
      ...[`commit ${ended}`, "committed"],
    ];
    expect(order).toEqual([
      ...operation("setup", "stable"),
      ...operation("modify", "stable"),
      ...operation("teardown", "nothing"),
    ]);
  });

  test.each(operations)(
    "that fails at one commit of a $name makes the call fail, or nothing at all",
    async (operation) => {
      for (const nth of [[1], [2], [2, 3], [1, 2]]) {
        const pictures = await outcomes(operation);
        await using bed = await prepared(operation);
        const before = bed.agent.listNetworks();
        bed.store.fail(...nth);
        const result = await bed.run(operation.call(bed));
        expect(errorOf(result, "store-unavailable").message).toBe("the disk is full");
        bed.store.heal();
        const [info] = bed.agent.listNetworks();
        if (info?.state === "releasing") await bed.tearDown("p");
        else
          expect(bed.agent.listNetworks().map(({ generation }) => generation)).toEqual(
            before.map(({ generation }) => generation),
          );
        if (info?.state === "active") bed.expectWhole(info);
        if (info === undefined) expect(bed.held()).toEqual({});
        bed.crash();
        await expectRecovered(bed, pictures);
        await expectClean(bed);
      }
    },
  );

  test.each(operations)(
    "that failed to the end of a $name is right again after the next success",
    async (operation) => {
      await using bed = await prepared(operation);
      bed.store.fail(2, 3);
      await bed.run(operation.call(bed));
      bed.store.heal();
      if (bed.agent.listNetworks()[0]?.state === "releasing") await bed.tearDown("p");
      if (bed.agent.listNetworks().length === 0) await bed.setUp("p", pair, 1e6, 105);
      else await bed.modify("p", ["s4b:eth1"], []);
      const picture = pictureOf(bed);
      bed.crash();
      await expectRecovered(bed, [picture]);
      await expectClean(bed);
    },
  );

  test("that missed the end of an undone setup does not bring it up again after many others", async () => {
    await using bed = await Testbed.start();
    for (let n = 1; n <= 8; n += 1) {
      await bed.setUp("other", pair, 1e6);
      await bed.tearDown("other");
    }
    bed.store.fail(2, 3);
    const undone = await bed.run(bed.agent.setupPhysicalNetwork("p", pair, 1e6, 101));
    errorOf(undone, "store-unavailable");
    const info = await bed.setUp("p", pair, 1e6, 101);
    expect(info.segments.map(({ id }) => id)).toEqual(["10@campus"]);
    bed.crash();
    await bed.restart();
    expect(bed.agent.listNetworks()).toEqual([info]);
    bed.expectWhole(info);
  });
});
