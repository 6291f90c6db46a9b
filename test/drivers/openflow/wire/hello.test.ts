import { describe, expect, test } from "vitest";
import { helloFor, offeredVersions } from "../../../../src/drivers/openflow/wire/hello.ts";

describe("hello", () => {
  test.each([[[4]], [[1, 4, 5, 6]], [[0, 31, 32, 63, 64]]])("it offers %j", (versions) => {
    expect(offeredVersions(helloFor(versions))).toEqual(versions);
  });

  test("version 31 is the highest bit of the first word, an unsigned number", () => {
    expect(helloFor([31, 32]).elements).toEqual([
      { type: "version-bitmap", bitmaps: [0x80000000, 1] },
    ]);
  });

  test("one without a bitmap offers nothing in particular", () => {
    expect(offeredVersions({ type: "hello", elements: [] })).toBeUndefined();
  });
});
