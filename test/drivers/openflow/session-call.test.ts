import { getEventListeners } from "node:events";
import { err, ok } from "neverthrow";
import { expect, test } from "vitest";
import { Call } from "../../../src/drivers/openflow/session-call.ts";
import type { Interruption } from "../../../src/drivers/openflow/session-error.ts";
import { fakeClock } from "../../support/fake-clock.ts";

function makeCall(options: { readonly signal?: AbortSignal; readonly timeoutMs?: number }) {
  const clock = fakeClock();
  return { clock, call: new Call<string, Interruption>(clock, options, (why) => why) };
}

test("it ends with what it is settled with, and only the first time", async () => {
  const { call } = makeCall({});
  expect(call.settled).toBe(false);
  call.settle(ok("first"));
  call.settle(err({ type: "aborted" }));
  expect(call.settled).toBe(true);
  expect((await call.result)._unsafeUnwrap()).toBe("first");
});

test("its deadline ends it, and nothing after that changes it", async () => {
  const { call, clock } = makeCall({ timeoutMs: 30 });
  await clock.advance(29);
  expect(call.settled).toBe(false);
  await clock.advance(1);
  call.settle(ok("late"));
  expect((await call.result)._unsafeUnwrapErr()).toEqual({ type: "timeout", timeoutMs: 30 });
});

test("its signal ends it, also when it was aborted before", async () => {
  const controller = new AbortController();
  const { call, clock } = makeCall({ signal: controller.signal, timeoutMs: 30 });
  controller.abort();
  expect((await call.result)._unsafeUnwrapErr()).toEqual({ type: "aborted" });
  expect(clock.countTimers()).toBe(0);
  const late = makeCall({ signal: controller.signal, timeoutMs: 30 });
  expect((await late.call.result)._unsafeUnwrapErr()).toEqual({ type: "aborted" });
  expect(late.clock.countTimers()).toBe(0);
});

test("however it ends it leaves neither timer nor listener", async () => {
  const { signal } = new AbortController();
  const settled = makeCall({ signal, timeoutMs: 30 });
  const expired = makeCall({ signal, timeoutMs: 30 });
  expect(getEventListeners(signal, "abort").length).toBe(1);
  settled.call.settle(ok("done"));
  await expired.clock.advance(30);
  expect(getEventListeners(signal, "abort").length).toBe(0);
  expect(settled.clock.countTimers() + expired.clock.countTimers()).toBe(0);
});
