import { describe, expect, test } from "vitest";
import { EventStream } from "../../src/agent/event-stream.ts";

type Event = { readonly type: "a"; readonly n: number } | { readonly type: "b" };

describe("EventStream", () => {
  test("a listener hears events until it is disposed, and one for a type hears that type only", () => {
    const stream = new EventStream<Event>();
    const all: string[] = [];
    const numbers: number[] = [];
    const subscription = stream.subscribe((event) => all.push(event.type));
    stream.on("a", ({ n }) => numbers.push(n));
    stream.emit({ type: "a", n: 1 });
    stream.emit({ type: "b" });
    subscription[Symbol.dispose]();
    stream.emit({ type: "a", n: 2 });
    expect(all).toEqual(["a", "b"]);
    expect(numbers).toEqual([1, 2]);
  });

  test("a reader misses nothing from the moment it was made, and ends with the stream", async () => {
    const stream = new EventStream<Event>();
    const reader = stream.iterate();
    stream.emit({ type: "a", n: 1 });
    stream.emit({ type: "b" });
    stream.close();
    const read: Event[] = [];
    for await (const event of reader) read.push(event);
    expect(read).toEqual([{ type: "a", n: 1 }, { type: "b" }]);
  });

  test("a signal ends a reader that waits", async () => {
    const stream = new EventStream<Event>();
    const controller = new AbortController();
    const next = stream.iterate(controller.signal).next();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("leaving the loop forgets the reader; later events pile up nowhere", async () => {
    const stream = new EventStream<Event>();
    const reader = stream.iterate();
    stream.emit({ type: "b" });
    for await (const event of reader) {
      expect(event.type).toBe("b");
      break;
    }
    stream.emit({ type: "b" });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  test("a listener that throws keeps nobody else from hearing", () => {
    const stream = new EventStream<Event>();
    const heard: string[] = [];
    stream.subscribe(() => {
      throw new Error("mine");
    });
    stream.subscribe((event) => heard.push(event.type));
    stream.emit({ type: "b" });
    expect(heard).toEqual(["b"]);
  });

  test("a reader that is slow loses its oldest events, not the newest", async () => {
    const stream = new EventStream<Event>();
    const reader = stream.iterate();
    for (let n = 0; n < 10_005; n++) stream.emit({ type: "a", n });
    expect(await reader.next()).toEqual({ done: false, value: { type: "a", n: 5 } });
  });
});
