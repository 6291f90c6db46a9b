import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeFrame,
  describeFrame,
  encodeFrame,
  type Frame,
  frame,
  frameBytes,
} from "../../src/model/frame.ts";

const mac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":"));

const frames: fc.Arbitrary<Frame> = fc.record({
  destination: mac,
  source: mac,
  tags: fc.array(
    fc.record({
      tpid: fc.constantFrom(0x8100, 0x88a8),
      vid: fc.integer({ min: 0, max: 4095 }),
      pcp: fc.integer({ min: 0, max: 7 }),
    }),
    { maxLength: 3 },
  ),
  ethertype: fc
    .integer({ min: 0, max: 0xffff })
    .filter((type) => type !== 0x8100 && type !== 0x88a8),
  payload: fc.uint8Array({ maxLength: 60 }),
});

describe("a frame", () => {
  test("stands on the wire as IEEE 802.3 and 802.1Q say", () => {
    const bytes = encodeFrame({
      destination: "02:00:00:00:00:02",
      source: "02:00:00:00:00:01",
      tags: [
        { tpid: 0x88a8, vid: 200, pcp: 0 },
        { tpid: 0x8100, vid: 101, pcp: 5 },
      ],
      ethertype: 0x0800,
      payload: Uint8Array.of(0xab, 0xcd),
    });
    expect(Buffer.from(bytes).toString("hex")).toBe(
      ["020000000002", "020000000001", "88a8", "00c8", "8100", "a065", "0800", "abcd"].join(""),
    );
  });

  test("survives being written and read", () => {
    fc.assert(
      fc.property(frames, (value) => {
        const bytes = encodeFrame(value);
        expect(bytes).toHaveLength(frameBytes(value));
        expect(decodeFrame(bytes)._unsafeUnwrap()).toEqual(value);
      }),
    );
  });

  test("that ends before its ethertype is truncated, wherever it ends", () => {
    fc.assert(
      fc.property(frames, (value) => {
        const bytes = encodeFrame(value);
        const headerBytes = bytes.length - value.payload.length;
        for (let length = 0; length < headerBytes; length++) {
          expect(decodeFrame(bytes.subarray(0, length)).isErr()).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("is untagged, a broadcast and as short as Ethernet allows unless told otherwise", () => {
    expect(frame()).toMatchObject({ destination: "ff:ff:ff:ff:ff:ff", tags: [] });
    expect(frameBytes(frame())).toBe(60);
    expect(frame({ vlans: [101, 5] }).tags).toEqual([
      { tpid: 0x8100, vid: 101, pcp: 0 },
      { tpid: 0x8100, vid: 5, pcp: 0 },
    ]);
  });

  test("is told in one line", () => {
    const tags = [
      { tpid: 0x88a8, vid: 7, pcp: 0 },
      { tpid: 0x8100, vid: 101, pcp: 3 },
    ];
    expect(describeFrame(frame({ tags }))).toBe(
      "02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff [88a8:7 101p3] 0x88b5 46 B",
    );
  });
});
