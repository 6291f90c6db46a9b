import { describe, expect, test } from "vitest";
import { Serial } from "../../src/agent/serial.ts";

function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe("Serial", () => {
  test("tasks of one key follow one another; another key does not wait", async () => {
    const serial = new Serial<string>();
    const first = gate();
    const order: string[] = [];
    const a1 = serial.run("a", async () => {
      await first.opened;
      order.push("a1");
    });
    const a2 = serial.run("a", async () => order.push("a2"));
    await serial.run("b", async () => order.push("b"));
    first.open();
    await Promise.all([a1, a2]);
    expect(order).toEqual(["b", "a1", "a2"]);
  });

  test("a task that fails passes its error on and holds up nobody", async () => {
    const serial = new Serial<string>();
    const failing = serial.run("a", async () => {
      throw new Error("no");
    });
    const after = serial.run("a", async () => 2);
    await expect(failing).rejects.toThrow("no");
    expect(await after).toBe(2);
  });

  test("it is idle when every task has ended, those too that were added meanwhile", async () => {
    const serial = new Serial<string>();
    const done: number[] = [];
    void serial.run("a", async () => {
      void serial.run("b", async () => {
        await Promise.resolve();
        done.push(2);
      });
      done.push(1);
    });
    await serial.idle();
    expect(done).toEqual([1, 2]);
  });
});
