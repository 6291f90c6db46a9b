import { ok, okAsync } from "neverthrow";
import { describe, expect, test } from "vitest";
import { limitedCall, pause, unlessAborted } from "../../src/drivers/driver-call.ts";
import { fakeClock } from "../support/fake-clock.ts";

function context() {
  const closing = new AbortController();
  return { clock: fakeClock(), closing: closing.signal, close: () => closing.abort() };
}

const never = (): Promise<never> => new Promise(() => {});

describe("a call of a driver", () => {
  test("gives what it came to, and leaves no timer", async () => {
    const { clock, closing } = context();
    const call = limitedCall({ clock, closing }, "verify", { timeoutMs: 50 }, () =>
      okAsync("done"),
    );
    expect((await call)._unsafeUnwrap()).toBe("done");
    expect(clock.countTimers()).toBe(0);
  });

  test("ends at its deadline, and tells what is under way to stop", async () => {
    const { clock, closing } = context();
    let inner: AbortSignal | undefined;
    const call = limitedCall({ clock, closing }, "verify", { timeoutMs: 50 }, (signal) => {
      inner = signal;
      return never();
    });
    const error = (await clock.until(call))._unsafeUnwrapErr();
    expect(error).toEqual({ type: "timeout", operation: "verify", afterMs: 50 });
    expect([inner?.aborted, clock.countTimers()]).toEqual([true, 0]);
  });

  test("ends when its caller or the driver's owner has enough", async () => {
    const { clock, closing, close } = context();
    const abort = new AbortController();
    const aborted = limitedCall({ clock, closing }, "list", { signal: abort.signal }, never);
    const closed = limitedCall({ clock, closing }, "list", {}, never);
    abort.abort();
    close();
    expect((await aborted)._unsafeUnwrapErr()).toEqual({ type: "aborted", operation: "list" });
    expect((await closed)._unsafeUnwrapErr()).toEqual({ type: "closed", what: "the driver" });
  });

  test("does not begin when it must not", async () => {
    const { clock, closing, close } = context();
    const begun: string[] = [];
    const run = async () => ok(begun.push("begun"));
    await limitedCall({ clock, closing }, "list", { signal: AbortSignal.abort() }, run);
    close();
    await limitedCall({ clock, closing }, "list", {}, run);
    expect(begun).toEqual([]);
  });
});

test("a pause ends in time, or at once by its signal, and leaves no timer", async () => {
  const clock = fakeClock();
  const abort = new AbortController();
  await clock.until(pause(clock, 10, abort.signal));
  const cut = pause(clock, 10_000, abort.signal);
  abort.abort();
  await cut;
  await pause(clock, 10_000, abort.signal);
  expect(clock.countTimers()).toBe(0);
});

test("what is waited for is given up when the signal is raised", async () => {
  const abort = new AbortController();
  const given = await unlessAborted(okAsync<number, string>(1), abort.signal, "given up");
  const left = unlessAborted<number, string>(never(), abort.signal, "given up");
  abort.abort();
  expect([given._unsafeUnwrap(), (await left)._unsafeUnwrapErr()]).toEqual([1, "given up"]);
});
