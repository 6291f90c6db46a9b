import { expect, test } from "vitest";
import { Gate } from "../../../src/drivers/openflow/gate.ts";

test("a gate lets only so many in at once, and the others in their order", async () => {
  const gate = new Gate(2);
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const runs = [0, 1, 2, 3].map((n) =>
    gate.run(() => {
      started.push(n);
      return new Promise<number>((resolve) => finish.push(() => resolve(n)));
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  finish[1]?.();
  expect(await runs[1]).toBe(1);
  expect(started).toEqual([0, 1, 2]);
  finish[0]?.();
  await runs[0];
  for (const end of finish) end();
  expect(await Promise.all(runs)).toEqual([0, 1, 2, 3]);
});

test("a task that fails makes room all the same", async () => {
  const gate = new Gate(1);
  await expect(gate.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await gate.run(() => Promise.resolve("next"))).toBe("next");
});
