import { ok } from "neverthrow";
import { afterEach, describe, expect, test } from "vitest";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { nodeId } from "../../../src/model/ids.ts";
import { pairSegment } from "../../../src/testing/conformance-segments.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

const COUNT = 40;
const segments = Array.from({ length: COUNT }, (_, index) => pairSegment(`p${index}`, index + 1));
const FLOWS_OF_ONE = 2;

/** A portion stands for a twentieth of a second. */
const MS_OF_SPAN = 50;

test("two thousand networks at once keep to the pace of a switch", async () => {
  const perSecond = 10_000;
  const many = Array.from({ length: 2_000 }, (_, index) => pairSegment(`p${index}`, index + 1));
  const at = new SwitchWorld({ bundles: true, session: { maxCommandsPerSecond: perSecond } });
  await at.attach();
  const sentAtMs: number[] = [];
  at.at("n1").observe((event) => {
    if (event.type !== "message" || event.direction !== "to-switch") return;
    const { type } = event.message;
    if (type === "bundle-add" || type.endsWith("-mod")) sentAtMs.push(at.clock.now());
  });
  const done = Promise.all(many.map((segment) => at.driver.provision(segment)));
  expect(await at.clock.until(done)).toEqual(many.map(() => ok({ pending: [] })));
  expect(at.at("n1").flows()).toHaveLength(many.length * FLOWS_OF_ONE);
  expect(sentAtMs).toHaveLength(many.length * (FLOWS_OF_ONE + 1));
  const span = perSecond / 20;
  const tooFast = sentAtMs.filter(
    (ms, index) => ms - (sentAtMs[index - 2 * span] ?? 0) < MS_OF_SPAN,
  );
  expect(tooFast).toEqual([]);
  await at.close();
  expect(at.clock.countTimers()).toBe(0);
});

describe.each([true, false])("many networks at once on switches (bundles: %s)", (bundles) => {
  const world = (options = {}): SwitchWorld => {
    made = new SwitchWorld({ bundles, ...options });
    return made;
  };
  let made: SwitchWorld | undefined;
  afterEach(async () => {
    await made?.close();
    expect(made?.clock.countTimers()).toBe(0);
  });

  const provisionAll = (at: SwitchWorld, all = segments) =>
    at.clock.until(Promise.all(all.map((segment) => at.driver.provision(segment))));
  const releaseAll = (at: SwitchWorld, all = segments) =>
    at.clock.until(Promise.all(all.map(({ id }) => at.driver.release(id))));
  const isEmpty = (at: SwitchWorld): void => {
    const { length: flows } = at.at("n1").flows();
    const { length: meters } = at.at("n1").meters();
    expect({ flows, meters }).toEqual({ flows: 0, meters: 0 });
  };
  /** How often a switch is told or asked something of this type from now on. */
  const counted = (at: SwitchWorld, type: OfMessage["type"]): { readonly count: number } => {
    const counter = { count: 0 };
    at.at("n1").observe((event) => {
      const isIt = event.type === "message" && event.direction === "to-switch";
      if (isIt && event.message.type === type) counter.count += 1;
    });
    return counter;
  };

  test("are changed together and confirmed by readings that they share", async () => {
    const at = world();
    await at.attach();
    const reads = counted(at, "multipart-request");
    const barriers = counted(at, "barrier-request");
    expect(await provisionAll(at)).toEqual(segments.map(() => ok({ pending: [] })));
    expect(at.at("n1").flows()).toHaveLength(COUNT * FLOWS_OF_ONE);
    expect(reads.count).toBeLessThan(COUNT / 2);
    expect(barriers.count).toBeLessThan(COUNT / 2);
    expect(await releaseAll(at)).toEqual(segments.map(() => ok({ pending: [] })));
    isEmpty(at);
  });

  test("are added without a look at every flow where all are ours", async () => {
    const at = world();
    await at.attach();
    let dumps = 0;
    at.at("n1").observe((event) => {
      if (event.type !== "message" || event.message.type !== "multipart-request") return;
      const { body } = event.message;
      if (body.type === "flow" && body.cookieMask === 0n) dumps += 1;
    });
    expect(await provisionAll(at)).toEqual(segments.map(() => ok({ pending: [] })));
    expect(dumps).toBe(0);
  });

  test("are sent nothing when they are right already", async () => {
    const at = world();
    await at.attach();
    await provisionAll(at);
    const changes = at.changesAt("n1");
    expect(await provisionAll(at)).toEqual(segments.map(() => ok({ pending: [] })));
    expect(changes).toEqual([]);
  });

  test.each(["flow-mod", "meter-mod"] as const)(
    "do not fail because one %s is refused once",
    async (type) => {
      const at = world();
      await at.attach();
      const code = type === "flow-mod" ? "table-full" : "out-of-meters";
      const kind = `${type}-failed` as const;
      at.at("n1").faults.add({ on: type, nth: 17, fault: { type: "reject", kind, code } });
      expect(await provisionAll(at)).toEqual(segments.map(() => ok({ pending: [] })));
      expect(at.at("n1").flows()).toHaveLength(COUNT * FLOWS_OF_ONE);
      expect(at.at("n1").meters()).toHaveLength(COUNT);
      await releaseAll(at);
      isEmpty(at);
    },
  );

  test("do not fail because a switch forgets a flow that it has confirmed", async () => {
    const at = world();
    await at.attach();
    at.at("n1").faults.add({ on: "flow-mod", nth: 5, fault: { type: "forget" } });
    expect(await provisionAll(at)).toEqual(segments.map(() => ok({ pending: [] })));
    expect(at.at("n1").flows()).toHaveLength(COUNT * FLOWS_OF_ONE);
  });

  // Ours begin with 0xdc05: one that has nothing in common with that, and two that differ in one bit.
  test.each([0x77n, 0xdc04_0000_0001_0000n, 0x5c05_0000_0001_0000n])(
    "go on where the flow of somebody else (cookie %i) is in the way of one",
    async (cookie) => {
      const at = world();
      await at.attach();
      const [first] = segments;
      if (first === undefined) throw new Error("there is a first");
      (await at.clock.until(at.driver.provision(first)))._unsafeUnwrap();
      const [theirs] = at.at("n1").flows();
      if (theirs === undefined) throw new Error("it has a flow");
      (await at.clock.until(at.driver.release(first.id)))._unsafeUnwrap();
      const { table, priority, match } = theirs;
      const foreign = { table, priority, match, instructions: [], cookie };
      at.at("n1")
        .inject(flowMod({ command: "add", ...foreign }))
        ._unsafeUnwrap();
      const [conflict, ...others] = await provisionAll(at);
      expect(conflict?._unsafeUnwrapErr()).toMatchObject({ causes: [{ kind: "conflict" }] });
      expect(others).toEqual(segments.slice(1).map(() => ok({ pending: [] })));
      await releaseAll(at);
      expect(at.at("n1").flows()).toMatchObject([{ cookie }]);
    },
  );

  test("go on when one is given up, of which nothing is left in the end", async () => {
    const at = world();
    await at.attach();
    const giveUp = new AbortController();
    const calls = segments.map((segment, index) =>
      at.driver.provision(segment, index === 3 ? { signal: giveUp.signal } : {}),
    );
    await at.clock.advance(0);
    giveUp.abort();
    const outcomes = await at.clock.until(Promise.all(calls));
    expect(outcomes[3]?._unsafeUnwrapErr()).toMatchObject({ type: "aborted" });
    expect(outcomes.filter((each) => each.isOk())).toHaveLength(COUNT - 1);
    await releaseAll(at);
    isEmpty(at);
  });

  test("all end when the connection breaks in the middle, and are there when it is back", async () => {
    const at = world();
    await at.attach();
    at.at("n1").faults.add({ on: "meter-mod", nth: 20, fault: { type: "disconnect" } });
    const outcomes = await provisionAll(at);
    expect(outcomes.every((each) => each.isErr())).toBe(true);
    await at.setReachable(nodeId("n1"), true);
    expect(at.at("n1").flows()).toHaveLength(COUNT * FLOWS_OF_ONE);
    await releaseAll(at);
    isEmpty(at);
  });
});
