import { describe, expect, test } from "vitest";
import { Reader } from "../../../../../src/drivers/openflow/wire/kit/reader.ts";
import { u8, u16 } from "../../../../../src/drivers/openflow/wire/kit/scalars.ts";
import { list, pad } from "../../../../../src/drivers/openflow/wire/kit/struct.ts";
import { type Padding, tlv } from "../../../../../src/drivers/openflow/wire/kit/tlv.ts";
import { Union, variant } from "../../../../../src/drivers/openflow/wire/kit/union.ts";
import { Writer } from "../../../../../src/drivers/openflow/wire/kit/writer.ts";
import { bytesOf, hexOf } from "../golden.ts";

interface Speed {
  readonly type: "speed";
  readonly mode: number;
  readonly rate: number;
}

const union = new Union<Speed>([variant(5, "speed", { mode: u8, _: pad(1), rate: u16 })]);
const speed: Speed = { type: "speed", mode: 1, rate: 0x1234 };

describe("type, length, value", () => {
  test.each<[Padding, string]>([
    ["inside", "0005 0008 01 00 1234  0005 0008 01 00 1234"],
    ["outside", "0005 0008 01 00 1234  0005 0008 01 00 1234"],
    ["none", "0005 0008 01 00 1234  0005 0008 01 00 1234"],
  ])("a value that fills eight bytes needs no padding %s", (padding, hex) => {
    const speeds = list(tlv(union, padding));
    const writer = new Writer(1);
    speeds.write(writer, [speed, speed]);
    expect(hexOf(writer.finish())).toBe(hexOf(bytesOf(hex)));
    expect(speeds.read(new Reader(bytesOf(hex)))).toEqual([speed, speed]);
  });

  test.each<[Padding, string]>([
    ["inside", "0009 0008 aa 000000"],
    ["outside", "0009 0005 aa 000000"],
    ["none", "0009 0005 aa"],
  ])("padding %s the length", (padding, hex) => {
    const writer = new Writer(1);
    tlv(union, padding).write(writer, { type: "unknown", code: 9, data: bytesOf("aa") });
    expect(hexOf(writer.finish())).toBe(hexOf(bytesOf(hex)));
  });

  test("a value that the union has no number for is a defect of the caller", () => {
    const foreign = { ...speed, type: "colour" } as unknown as Speed;
    expect(() => tlv(union, "none").write(new Writer(8), foreign)).toThrow("no colour");
  });
});
