import { err, ok } from "neverthrow";
import { expect, test } from "vitest";
import { Registry } from "../../src/agent/registry.ts";
import { earliestOf, Scheduler } from "../../src/agent/scheduler.ts";
import { Serial } from "../../src/agent/serial.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { projectId } from "../../src/model/ids.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { holderOf } from "../../src/network/claims.ts";
import { decideSetup } from "../../src/network/decide.ts";
import type { NetworkRecord } from "../../src/network/record.ts";
import { campus } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";

test("the next of a million networks is found", () => {
  expect(earliestOf(Array.from({ length: 1_000_000 }, (_, n) => Math.abs(n - 700_000)))).toBe(0);
  expect(earliestOf([])).toBe(Number.POSITIVE_INFINITY);
});

test("a network whose end has passed while another agent sets it up is looked at now and then", async () => {
  const clock = fakeClock();
  const registry = new Registry(campus());
  const project = projectId("p");
  const decision = decideSetup(registry.view(), holderOf(project), {
    endpoints: [{ hostPort: "s1a:eth1" }, { hostPort: "s2a:eth1" }],
    bandwidth: bandwidth(1_000_000),
    vlans: VlanSet.of(101),
    ...({ sharing: "hose", delivery: "flood", protection: "none", priority: 0 } as const),
    schedule: { end: clock.now() - 1 },
  });
  const { target } = decision._unsafeUnwrap();
  const times = { createdAt: clock.now(), updatedAt: clock.now() };
  const record: NetworkRecord = {
    project,
    number: registry.nextNumber(),
    ...times,
    phase: "setup",
    target,
  };
  registry.put(record);
  let looks = 0;
  const unasked = async () => err({ type: "network-not-found", project } as const);
  const isTurn = (): boolean => {
    looks += 1;
    return true;
  };
  using scheduler = new Scheduler({
    ...{ registry, isTurn, clock, closing: new AbortController().signal, timeoutMs: 1_000 },
    transactions: { tearDown: unasked, reserve: unasked, change: unasked },
    books: { untilFree: async () => ok(undefined), attempts: 1 },
    serial: new Serial(),
    emit: () => {},
  });
  scheduler.start();
  scheduler.changed(undefined, record);
  await clock.advance(60_000);
  expect(looks).toBeGreaterThan(10);
  expect(looks).toBeLessThan(100);
});
