import { ok } from "neverthrow";
import { afterEach, describe, expect, test } from "vitest";
import { meterFlag } from "../../../src/drivers/openflow/wire/constants.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { pairSegment, threeWaySegment } from "../../../src/testing/conformance-segments.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

/** Numbers that are ours, and one that is not. */
const [ours, alsoOurs, theirs] = [0xdc05_0001, 0xdc05_0002, 7];
const meter = 200_000;

const group = (number: number, ...to: readonly number[]): OfMessage => ({
  type: "group-mod",
  command: "add",
  groupType: "all",
  group: number,
  buckets: [
    { actions: [{ type: "output", port: 1, maxLen: 0 }] },
    ...to.map((next) => ({ actions: [{ type: "group", group: next } as const] })),
  ],
});
const limit: OfMessage = {
  ...{ type: "meter-mod", command: "add", flags: meterFlag.kbps, meter },
  bands: [{ type: "drop", rate: 1_000, burst: 0 }],
};
const flow = {
  cookie: 0x7n,
  priority: 5,
  match: [{ field: "in_port", value: 2 }],
} as const;
const using = (number: number): OfMessage =>
  flowMod({
    ...flow,
    instructions: [
      { type: "meter", meter },
      { type: "apply-actions", actions: [{ type: "group", group: number }] },
    ],
  });

describe("a group or a meter that has a number of ours", () => {
  let world = new SwitchWorld();
  afterEach(async () => {
    await world.close();
    expect(world.clock.countTimers()).toBe(0);
  });

  const inject = (...messages: readonly OfMessage[]): void => {
    for (const message of messages) expect(world.at("n1").inject(message)).toEqual(ok(undefined));
  };
  const audit = async () => {
    const { nodes } = (await world.clock.until(world.driver.audit()))._unsafeUnwrap();
    return nodes.find(({ node }) => node === "n1");
  };
  const held = () => ({
    flows: world
      .at("n1")
      .flows()
      .filter(({ cookie }) => cookie === 0x7n).length,
    groups: world
      .at("n1")
      .groups()
      .map((each) => each.group)
      .sort(),
    meters: world
      .at("n1")
      .meters()
      .map((each) => each.meter),
  });

  test("and is used by nobody is removed", async () => {
    world = new SwitchWorld();
    await world.attach();
    inject(group(ours), limit);
    expect(await audit()).toMatchObject({ groups: { excess: 1 }, meters: { excess: 1 } });
    expect(held()).toEqual({ flows: 0, groups: [], meters: [] });
  });

  test("and that somebody else uses stays with what uses it, and is told of", async () => {
    world = new SwitchWorld();
    await world.attach();
    inject(group(alsoOurs), group(ours, alsoOurs), limit, using(ours));
    const before = held();
    expect(before).toEqual({ flows: 1, groups: [ours, alsoOurs], meters: [meter] });
    const found = await audit();
    expect(found).toMatchObject({ groups: { excess: 0 }, meters: { excess: 0 } });
    expect(found?.unrepaired.toSorted()).toEqual(
      [`group ${ours}`, `group ${alsoOurs}`, `meter ${meter}`].map(
        (what) => `${what} has a number of ours and is used by somebody else: it stays`,
      ),
    );
    expect(held()).toEqual(before);
  });

  test("and to which a group of somebody else sends copies stays, too", async () => {
    world = new SwitchWorld();
    await world.attach();
    inject(group(ours), group(theirs, ours));
    const before = held();
    await audit();
    expect(held()).toEqual(before);
  });

  test("is taken over by no network, and removed when nobody uses it any more", async () => {
    world = new SwitchWorld();
    inject(group(ours), limit, using(ours));
    await world.attach();
    await world.clock.until(world.driver.provision(threeWaySegment("three", 1)));
    await world.clock.until(world.driver.provision(pairSegment("pair", 2)));
    expect(held().flows).toBe(1);
    const used = world
      .at("n1")
      .flows()
      .filter(({ cookie }) => cookie !== 0x7n);
    expect(JSON.stringify(used.map(({ instructions }) => instructions))).not.toContain(`${ours}`);
    inject(flowMod({ ...flow, command: "delete-strict" }));
    await audit();
    expect(held().groups).not.toContain(ours);
    expect(held().meters).not.toContain(meter);
  });
});
