import { expect, test } from "vitest";
import { Coalesced } from "../../../src/drivers/openflow/coalesced.ts";

test("who asks while a query runs shares the next, which started after the question", async () => {
  const finish: ((answer: string) => void)[] = [];
  const coalesced = new Coalesced(() => new Promise<string>((resolve) => finish.push(resolve)));
  const first = coalesced.get();
  const second = coalesced.get();
  const third = coalesced.get();
  expect(finish).toHaveLength(1);
  finish[0]?.("old");
  expect(await first).toBe("old");
  await Promise.resolve();
  expect(finish).toHaveLength(2);
  const fourth = coalesced.get();
  finish[1]?.("new");
  expect(await Promise.all([second, third])).toEqual(["new", "new"]);
  await Promise.resolve();
  finish[2]?.("newest");
  expect(await fourth).toBe("newest");
  expect(finish).toHaveLength(3);
});
