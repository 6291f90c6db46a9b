import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandwidth, formatBandwidth, parseBandwidth } from "../../src/model/bandwidth.ts";

const parsed = (value: unknown) => parseBandwidth(value).unwrapOr(undefined);
const refusal = (value: unknown) =>
  parseBandwidth(value).match(
    () => undefined,
    (message) => message,
  );

describe("a bandwidth", () => {
  test.each([
    ["100Mbps", 100_000_000],
    ["1.5 Gbit/s", 1_500_000_000],
    [10_000_000, 10_000_000],
    ["0.1Gbps", 100_000_000],
    ["64 kb/s", 64_000],
    ["64Kbps", 64_000],
    ["1bps", 1],
    [" 2.50 tbps ", 2_500_000_000_000],
    ["100mbps", 100_000_000],
    ["100MBIT/S", 100_000_000],
    ["1 Bit/s", 1],
    ["9007199254740991bps", Number.MAX_SAFE_INTEGER],
    ["0.000001Mbps", 1],
  ])("is read from %j as %d bit/s", (value, bitsPerSecond) => {
    expect(parsed(value)).toBe(bitsPerSecond);
  });

  test.each([
    ["100", /needs a unit/],
    ["100MBps", /bytes/],
    ["100MB/s", /bytes/],
    ["100MBPS", /bytes/],
    ["12 bytes/s", /bytes/],
    ["100Mibit/s", /binary/],
    ["100Kibps", /binary/],
    ["100Mb", /is not bps/],
    ["100Mbit", /is not bps/],
    ["9Pbps", /is not bps/],
    ["1e9bps", /is not bps/],
    ["1,5Gbps", /is not bps/],
    ["-1Mbps", /positive decimal number/],
    ["fast", /positive decimal number/],
    ["", /positive decimal number/],
    ["0.5bps", /whole number/],
    ["1.0000000001Mbps", /whole number/],
    [1.5, /whole number/],
    [Number.NaN, /whole number/],
    [Number.POSITIVE_INFINITY, /whole number/],
    ["0Mbps", /more than 0/],
    [0, /more than 0/],
    [-1, /more than 0/],
    [2 ** 53, /at most/],
    ["9007199254740992bps", /at most/],
    [`${"9".repeat(70)}bps`, /characters/],
    [undefined, /number of bit\/s or text/],
    [{}, /number of bit\/s or text/],
    [true, /number of bit\/s or text/],
  ])("is not read from %j", (value, reason) => {
    expect(refusal(value)).toMatch(reason);
  });

  test.each([
    [1_500_000_000, "1.5Gbps"],
    [100_000_000, "100Mbps"],
    [1_000, "1kbps"],
    [999, "999bps"],
    [12_345, "12345bps"],
    [1_000_000_000_001, "1000000000001bps"],
    [0, "0bps"],
  ])("of %d bit/s is written %s", (bitsPerSecond, text) => {
    expect(formatBandwidth(bandwidth(bitsPerSecond))).toBe(text);
  });

  test("is what is read from what was written", () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat().filter((n) => n > 0),
        (bitsPerSecond) => {
          expect(parsed(formatBandwidth(bandwidth(bitsPerSecond)))).toBe(bitsPerSecond);
        },
      ),
    );
  });

  test("is exact for any number of decimal places", () => {
    fc.assert(
      fc.property(fc.nat({ max: 9_999 }), fc.nat({ max: 999_999_999 }), (whole, billionths) => {
        fc.pre(whole + billionths > 0);
        const text = `${whole}.${String(billionths).padStart(9, "0")}Gbps`;
        expect(parsed(text)).toBe(whole * 1_000_000_000 + billionths);
      }),
    );
  });

  test("is refused in words, never with a throw, whatever is given", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const result = parseBandwidth(value);
        expect(result.isOk() ? Number.isSafeInteger(result.value) : result.error).toBeTruthy();
      }),
    );
  });

  test("cannot be made of what is no whole number of bit/s", () => {
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => bandwidth(wrong)).toThrow("whole number of bit/s");
    }
  });
});
