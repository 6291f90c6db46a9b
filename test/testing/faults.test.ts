import { describe, expect, test } from "vitest";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import { FaultPlan, type FaultRates } from "../../src/testing/faults.ts";
import { seededRandom } from "../../src/testing/random.ts";

const barrier: OfMessage = { type: "barrier-request" };
const flow: OfMessage = flowMod({});

function plan(rates: FaultRates = {}, seed = 1): FaultPlan {
  return new FaultPlan(seededRandom(seed), rates);
}

describe("a fault plan", () => {
  test("does nothing unless told", () => {
    const quiet = plan();
    for (let i = 0; i < 100; i++) expect(quiet.strike(flow)).toBeUndefined();
  });

  test("strikes the message that the script names, once", () => {
    const scripted = plan();
    scripted.add({ on: "flow-mod", nth: 2, fault: { type: "drop" } });
    expect([flow, barrier, flow, flow].map((message) => scripted.strike(message)?.type)).toEqual([
      undefined,
      undefined,
      "drop",
      undefined,
    ]);
  });

  test("lets two faults of one place strike one message each", () => {
    const scripted = plan();
    scripted.add({ on: "flow-mod", fault: { type: "drop" } });
    scripted.add({ on: "flow-mod", fault: { type: "disconnect" } });
    expect([flow, barrier, flow, flow].map((message) => scripted.strike(message)?.type)).toEqual([
      "drop",
      undefined,
      "disconnect",
      undefined,
    ]);
  });

  test("strikes as often as the rates say", () => {
    const rates = { drop: 0.1, delay: 0.1, disconnect: 0.05, reject: 0.2, forget: 0.05 };
    const chancy = plan(rates);
    const counts = new Map<string | undefined, number>();
    for (let i = 0; i < 20_000; i++) {
      const type = chancy.strike(flow)?.type;
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    for (const [type, rate] of Object.entries(rates)) {
      expect((counts.get(type) ?? 0) / 20_000).toBeCloseTo(rate, 1.5);
    }
  });

  test("delays by no more than the limit", () => {
    const slow = plan({ delay: 1, maxDelayMs: 7 });
    for (let i = 0; i < 200; i++) {
      const fault = slow.strike(barrier);
      expect(fault?.type === "delay" && fault.delayMs >= 0 && fault.delayMs < 7).toBe(true);
    }
  });

  test("refuses each kind of message in its own words", () => {
    const strict = plan({ reject: 1 });
    const group: OfMessage = {
      type: "group-mod",
      command: "add",
      groupType: "all",
      group: 1,
      buckets: [],
    };
    expect(strict.strike(flow)).toMatchObject({ kind: "flow-mod-failed", code: "table-full" });
    expect(strict.strike(group)).toMatchObject({ kind: "group-mod-failed" });
    expect(strict.strike(barrier)).toMatchObject({ kind: "bad-request" });
  });

  test("leaves the handshake and the keep-alive to the script", () => {
    const harsh = plan({ drop: 1 });
    expect(harsh.strike({ type: "features-request" })).toBeUndefined();
    expect(harsh.strike({ type: "echo-request", data: new Uint8Array(0) })).toBeUndefined();
    harsh.add({ on: "features-request", fault: { type: "hang" } });
    expect(harsh.strike({ type: "features-request" })).toEqual({ type: "hang" });
  });

  test("makes the same choices for the same seed", () => {
    const choices = (seed: number): readonly unknown[] => {
      const chancy = plan({ drop: 0.3, delay: 0.3 }, seed);
      return Array.from({ length: 50 }, () => chancy.strike(flow));
    };
    expect(choices(3)).toEqual(choices(3));
    expect(choices(3)).not.toEqual(choices(4));
  });

  test("goes by the rates that were set last", () => {
    const changed = plan({ drop: 1 });
    changed.setRates({});
    expect(changed.strike(flow)).toBeUndefined();
  });
});
