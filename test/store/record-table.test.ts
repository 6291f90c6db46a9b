import { expect, test } from "vitest";
import { RecordTable } from "../../src/store/record-table.ts";
import type { JsonValue } from "../../src/store/store.ts";

test("a value that JSON has no text for is a defect of the caller, and nothing is written", async () => {
  const table = new RecordTable();
  const nothing: { value?: JsonValue } = {};
  expect(() =>
    table.commit({
      compare: [],
      writes: [
        { type: "put", key: "a", value: 1 },
        // @ts-expect-error: no value at all
        { type: "put", key: "b", value: nothing.value },
      ],
    }),
  ).toThrow("the value of b is JSON");
  expect(table.revision).toBe(0);
  expect(table.list()).toEqual([]);
});
