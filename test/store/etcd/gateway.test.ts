import { expect, test } from "vitest";
import { Gateway } from "../../../src/store/etcd/gateway.ts";
import { anyReply } from "../../../src/store/etcd/messages.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { settable } from "../../support/settable-clock.ts";

test.each([-3_600_000, 0])(
  "a call to members that do not answer ends in time, though the clock is set by %d ms meanwhile",
  async (byMs) => {
    const world = fakeClock();
    const { clock, set } = settable(world);
    const gateway = new Gateway({
      options: { endpoints: ["http://a:1", "http://b:1"], timeoutMs: 10_000 },
      http: { send: () => Promise.reject(new Error("refused")), close: () => undefined },
      clock,
      random: () => 0.5,
      closing: new AbortController().signal,
    });
    const call = gateway.call("/v3/kv/range", {}, anyReply);
    await world.advance(1_000);
    set(byMs);
    const begun = world.now();
    const answer = await world.until(call);
    expect(answer._unsafeUnwrapErr().type).toBe("unanswered");
    expect(world.now() - begun).toBeLessThan(10_000);
  },
);
