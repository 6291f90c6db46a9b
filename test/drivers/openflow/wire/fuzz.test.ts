import { describe, expect, test } from "vitest";
import { fuzz } from "../../../../scripts/fuzz/fuzz.ts";
import { ownMessages } from "../../../../scripts/fuzz/seeds.ts";

describe("messages changed at random", () => {
  test("each is a value or a typed error inside the message, and what decodes encodes again", () => {
    const report = fuzz({ corpus: ownMessages(), seed: 1, isOver: (runs) => runs >= 5000 });
    expect(report.failure).toBeUndefined();
    expect(report.decoded).toBeGreaterThan(1000);
    expect(report.refused.malformed).toBeGreaterThan(500);
    expect(report.refused.truncated).toBeGreaterThan(500);
  });

  test("the same seed changes them alike", () => {
    const run = () => {
      const { decoded, refused } = fuzz({
        corpus: ownMessages(),
        seed: 42,
        isOver: (runs) => runs >= 300,
      });
      return { decoded, refused };
    };
    expect(run()).toEqual(run());
  });

  test("actions that hold actions without end are refused before the stack ends", () => {
    const depth = 4000;
    const bytes = new Uint8Array(24 + 16 * depth);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x040d0000 | bytes.length);
    view.setUint16(16, 16 * depth);
    for (let level = 0; level < depth; level++) {
      const at = 24 + 16 * level;
      view.setUint32(at, 0xffff0000 + 16 * (depth - level));
      view.setUint32(at + 4, 0x2320);
      view.setUint16(at + 8, 42);
    }
    const { failure, refused } = fuzz({ corpus: [bytes], seed: 9, isOver: (runs) => runs >= 20 });
    expect(failure).toBeUndefined();
    expect(refused.malformed).toBeGreaterThan(10);
  });
});
