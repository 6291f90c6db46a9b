import { ok } from "neverthrow";
import { expect, test } from "vitest";
import { networkCookie } from "../../../src/drivers/openflow/compile/cookie.ts";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import { networkNumber } from "../../../src/model/ids.ts";
import { pairSegment } from "../../../src/testing/conformance-segments.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

const [pair, other] = [pairSegment("pair", 1), pairSegment("other", 2)];
const cookieOf = (number: number): bigint => networkCookie(0xdc05, networkNumber(number));

/** A switch that holds two segments, of which one has been asked for by somebody who did not wait until it was there. */
async function start(auditIntervalMs: number) {
  const world = new SwitchWorld({ auditIntervalMs });
  await world.attach([other]);
  const { clock, driver } = world;
  const at = world.at("n1");
  /** How many flows of the segment the switch held whenever it was said to be as wanted there. */
  const held: number[] = [];
  driver.subscribe((event) => {
    if (event.type === "confirmed" && event.segment === pair.id && event.node === "n1")
      held.push(at.flows().filter(({ cookie }) => cookie === cookieOf(1)).length);
  });
  at.faults.add({ on: "barrier-request", fault: { type: "delay", delayMs: 100 } });
  await clock.until(driver.provision(pair, { allowPending: true, timeoutMs: 50 }));
  await clock.advance(500);
  expect(at.flows()).toHaveLength(4);
  return { world, clock, driver, at, held };
}

test("what was asked for anew while something else was mended is not confirmed as it was before", async () => {
  const { world, clock, driver, at, held } = await start(0);
  const lost = at.flows().find(({ cookie }) => cookie === cookieOf(2));
  if (lost === undefined) return expect.fail("it has flows");
  expect(at.inject(flowMod({ ...lost, command: "delete-strict" }))).toEqual(ok(undefined));
  let isAsked = false;
  at.observe((event) => {
    if (event.type !== "message" || event.message.type !== "flow-mod" || isAsked) return;
    isAsked = true;
    const refused = { type: "reject", kind: "flow-mod-failed", code: "eperm" } as const;
    for (let nth = 1; nth <= 50; nth += 1) at.faults.add({ on: "flow-mod", nth, fault: refused });
    void driver.release(pair.id, { allowPending: true });
  });
  await clock.until(driver.audit());
  await clock.advance(300);
  expect([isAsked, held]).toEqual([true, []]);
  await world.close();
});

test("what was found right is confirmed although not all of the switch could be read", async () => {
  const { world, clock, driver, at, held } = await start(60_000);
  const orphan = { type: "group-mod", command: "add", groupType: "all", buckets: [] } as const;
  expect(at.inject({ ...orphan, group: 0xdc05_1234 })).toEqual(ok(undefined));
  // The audit looks for who uses the group.
  at.faults.add({ on: "multipart-request", nth: 4, fault: { type: "drop" } });
  await clock.until(driver.audit());
  await clock.advance(600_000);
  expect(held).toEqual([2]);
  await world.close();
});

test("what nobody waited for is confirmed also where there are no regular audits", async () => {
  const { world, clock, held } = await start(0);
  await clock.advance(600_000);
  expect(held).toEqual([2]);
  await world.close();
});

test.each([0, 60_000])(
  "what was busy when the switch was looked at is confirmed when that is over, with an audit every %d ms",
  async (auditIntervalMs) => {
    const { world, clock, driver, at, held } = await start(auditIntervalMs);
    at.faults.add({ on: "multipart-request", fault: { type: "delay", delayMs: 2_000 } });
    const verified = driver.verify(pair.id);
    const { nodes } = (await clock.until(driver.audit()))._unsafeUnwrap();
    expect([nodes[0]?.busyNetworks, held]).toEqual([1, []]);
    await clock.until(verified);
    await clock.advance(100);
    expect(held).toEqual([2]);
    await clock.advance(600_000);
    expect(held).toEqual([2]);
    await world.close();
  },
);

test("what is refused while the switch is looked at is tried again soon", async () => {
  const { world, clock, driver, at, held } = await start(0);
  const refused = { type: "reject", kind: "flow-mod-failed", code: "eperm" } as const;
  at.faults.add({ on: "multipart-request", fault: { type: "delay", delayMs: 500 } });
  const audited = driver.audit();
  await clock.advance(100);
  for (let nth = 1; nth <= 3; nth += 1) at.faults.add({ on: "flow-mod", nth, fault: refused });
  const released = driver.release(pair.id, { allowPending: true });
  await clock.until(audited);
  expect((await clock.until(released)).isErr()).toBe(true);
  await clock.advance(2_000);
  expect(held).toEqual([0]);
  await world.close();
});
