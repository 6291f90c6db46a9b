import { describe, expect, test } from "vitest";
import type { Transport } from "../../src/drivers/openflow/transport.ts";
import { MemoryListener, memoryLink } from "../../src/testing/memory-link.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";

/** Opens an end and writes down what it is told. */
function listen(transport: Transport): string[] {
  const heard: string[] = [];
  transport.open({
    onData: (bytes) => heard.push(`data ${Buffer.from(bytes).toString("hex")}`),
    onDrain: () => heard.push("drain"),
    onClose: (reason) => heard.push(`close ${reason}`),
  });
  return heard;
}

function pair(clock: FakeClock, delayMs = 0): readonly [Transport, Transport] {
  return memoryLink({ clock, delayMs });
}

describe("a connection in memory", () => {
  test("delivers bytes in order, and not before the delay is over", async () => {
    const clock = fakeClock();
    const [a, b] = pair(clock, 10);
    const heard = listen(b);
    listen(a);
    a.send(Uint8Array.of(1));
    a.send(Uint8Array.of(2, 3));
    await clock.advance(9);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(heard).toEqual(["data 01", "data 0203"]);
  });

  test("keeps what arrives before it is opened", async () => {
    const clock = fakeClock();
    const [a, b] = pair(clock);
    listen(a);
    a.send(Uint8Array.of(1));
    a.close("done");
    await clock.advance(5);
    expect(listen(b)).toEqual(["data 01", "close done"]);
  });

  test("delivers what was sent before the close, then the close, once on each side", async () => {
    const clock = fakeClock();
    const [a, b] = pair(clock, 10);
    const near = listen(a);
    const far = listen(b);
    a.send(Uint8Array.of(1));
    a.close("done");
    a.close("again");
    expect(near).toEqual(["close done"]);
    await clock.advance(10);
    b.close("me too");
    expect(far).toEqual(["data 01", "close done"]);
    expect(clock.countTimers()).toBe(0);
  });

  test("loses what is on its way to an end that has closed", async () => {
    const clock = fakeClock();
    const [a, b] = pair(clock, 10);
    listen(a);
    const far = listen(b);
    a.send(Uint8Array.of(1));
    b.close("gone");
    await clock.advance(10);
    expect(far).toEqual(["close gone"]);
    expect(a.send(Uint8Array.of(2))).toBe(true);
    expect(clock.countTimers()).toBe(0);
  });

  test("asks to wait from the high-water mark on, and tells when everything has arrived", async () => {
    const clock = fakeClock();
    const [a, b] = memoryLink({ clock, delayMs: 10, highWaterBytes: 4 });
    const near = listen(a);
    listen(b);
    expect(a.send(new Uint8Array(3))).toBe(true);
    expect(a.send(new Uint8Array(1))).toBe(false);
    await clock.advance(9);
    expect(near).toEqual([]);
    await clock.advance(1);
    expect(near).toEqual(["drain"]);
    expect(a.send(new Uint8Array(3))).toBe(true);
  });
});

describe("a listener in memory", () => {
  test("refuses before it listens and after it is closed", async () => {
    const clock = fakeClock();
    const listener = new MemoryListener({ clock });
    const answers: string[] = [];
    const dial = (): void =>
      listener.dial((answer) => answers.push(answer.isOk() ? "connected" : answer.error.reason));
    dial();
    await clock.settle();
    await listener.listen(() => undefined);
    dial();
    await clock.settle();
    await listener.close();
    dial();
    await clock.settle();
    expect(answers).toEqual(["nobody listens", "connected", "nobody listens"]);
  });

  test("closes every connection that it accepted", async () => {
    const clock = fakeClock();
    const listener = new MemoryListener({ clock });
    await listener.listen((transport) => listen(transport));
    const ends: string[][] = [];
    for (let i = 0; i < 2; i++) {
      listener.dial((answer) => ends.push(listen(answer._unsafeUnwrap())));
    }
    await clock.settle();
    await listener.close();
    await clock.advance(1);
    expect(ends).toEqual([["close the listener was closed"], ["close the listener was closed"]]);
  });
});
