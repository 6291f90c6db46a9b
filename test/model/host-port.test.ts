import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatHostPort, parseHostPort } from "../../src/model/host-port.ts";

const name = fc.stringMatching(/^[!-~]{1,12}$/);
const nameWithoutColon = name.filter((text) => !text.includes(":"));

describe("a host port", () => {
  test.each([
    ["es1:eth1", { host: "es1", nic: "eth1" }],
    ["fe80::1:eth0", { host: "fe80::1", nic: "eth0" }],
    [
      { host: "es1", nic: "eth1", port: "s1:1" },
      { host: "es1", nic: "eth1" },
    ],
  ])("is read from %j", (value, hostPort) => {
    expect(parseHostPort(value)._unsafeUnwrap()).toEqual(hostPort);
  });

  test.each([
    ["es1", /colon/],
    [":eth1", /host must be/],
    ["es1:", /nic must be/],
    ["es 1:eth1", /host must be/],
    ["es1:eth\u00071", /nic must be/],
    ["es1:eth\ud800", /nic must be/],
    [`${"h".repeat(256)}:eth1`, /host must be/],
    [{ host: "es1", nic: "eth1:0" }, /nic must be/],
    [{ host: 1, nic: "eth1" }, /host must be/],
    [{ host: "es1" }, /must be text/],
    [null, /must be text/],
    [7, /must be text/],
  ])("is not read from %j", (value, reason) => {
    expect(parseHostPort(value)._unsafeUnwrapErr()).toMatch(reason);
  });

  test("is read back from its own text", () => {
    fc.assert(
      fc.property(name, nameWithoutColon, (host, nic) => {
        const text = formatHostPort({ host, nic });
        expect(parseHostPort(text)._unsafeUnwrap()).toEqual({ host, nic });
      }),
    );
  });

  test("is refused in words, never with a throw, whatever is given", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const result = parseHostPort(value);
        expect(result.isErr() && result.error === "").toBe(false);
      }),
    );
  });
});
