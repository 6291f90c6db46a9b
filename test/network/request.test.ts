import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeError } from "../../src/model/errors.ts";
import { parseModify, parseSetup, type SetupArguments } from "../../src/network/request.ts";
import { specDifferences } from "../../src/network/spec.ts";
import { campus } from "../support/campus.ts";

const topology = campus();
const good: SetupArguments = {
  project: "projectA",
  hostPorts: ["s1a:eth1", { host: "s2a", nic: "eth1" }],
  bw: "100Mbps",
  vlan: 101,
  options: undefined,
  now: 0,
};

describe("parseSetup", () => {
  test("reads both forms of a host port, text bandwidth and one VLAN, with the defaults", () => {
    const { project, spec } = parseSetup(topology, good)._unsafeUnwrap();
    expect(project).toBe("projectA");
    expect(spec.endpoints).toEqual([{ hostPort: "s1a:eth1" }, { hostPort: "s2a:eth1" }]);
    expect(spec.bandwidth).toBe(100_000_000);
    expect(spec.vlans.toString()).toBe("101");
    expect([spec.sharing, spec.delivery, spec.protection]).toEqual(["hose", "flood", "none"]);
  });

  test("the order of host ports does not make another request", () => {
    const turned = { ...good, hostPorts: ["s2a:eth1", "s1a:eth1"] };
    const [a, b] = [good, turned].map((args) => parseSetup(topology, args)._unsafeUnwrap().spec);
    expect(a && b && specDifferences(a, b)).toEqual([]);
  });

  test("an absent VLAN means any", () => {
    const { spec } = parseSetup(topology, { ...good, vlan: undefined })._unsafeUnwrap();
    expect(spec.vlans.toString()).toBe("1-4094");
  });

  test.each([
    ["project", { project: "" }, "project"],
    ["project with a control character", { project: "a\nb" }, "project"],
    ["project with half a surrogate pair", { project: "a\ud800" }, "project"],
    ["a project of 256 characters", { project: "p".repeat(256) }, "project"],
    [
      "1,025 host ports",
      { hostPorts: Array.from({ length: 1_025 }, (_, n) => `h${n}:eth1`) },
      "hostPorts",
    ],
    ["no host ports", { hostPorts: [] }, "hostPorts"],
    ["host ports that are no list", { hostPorts: "s1a:eth1" }, "hostPorts"],
    ["a host port without a colon", { hostPorts: ["s1a"] }, "hostPorts.0"],
    ["a host port twice", { hostPorts: ["s1a:eth1", "s1a:eth1"] }, "hostPorts.1"],
    ["bandwidth without a unit", { bw: "100" }, "bw"],
    ["no bandwidth", { bw: 0 }, "bw"],
    ["a VLAN that cannot be on a wire", { vlan: 4095 }, "vlan"],
    ["a range that runs backwards", { vlan: "200-100" }, "vlan"],
    ["an unknown option", { options: { colour: "red" } }, "options.colour"],
    [
      "an instant without a time",
      { options: { schedule: { start: "2027-01-01" } } },
      "options.schedule.start",
    ],
    [
      "an instant without a zone",
      { options: { schedule: { end: "2027-01-01T00:00:00" } } },
      "options.schedule.end",
    ],
    [
      "a day that there is not",
      { options: { schedule: { end: "2027-13-01T00:00Z" } } },
      "options.schedule.end",
    ],
    ["an end that has passed", { options: { schedule: { end: 0 } } }, "options.schedule.end"],
    [
      "an end before its start",
      { options: { schedule: { start: 9, end: 8 } } },
      "options.schedule.end",
    ],
    ["delivery that there is not", { options: { delivery: "carry" } }, "options.delivery"],
    [
      "more floods than bandwidth",
      { options: { floodAllowance: "9Gbps" } },
      "options.floodAllowance",
    ],
    [
      "the address of a group",
      { options: { endpoints: { "s1a:eth1": { macs: ["01:00:5e:00:00:01"] } } } },
      "options.endpoints.s1a:eth1.macs.0",
    ],
    [
      "options of a stranger",
      { options: { endpoints: { "s3a:eth1": { vlan: 5 } } } },
      "options.endpoints.s3a:eth1",
    ],
    [
      "a VLAN for an untagged endpoint",
      { hostPorts: ["s1b:eth1"], options: { endpoints: { "s1b:eth1": { vlan: 5 } } } },
      "options.endpoints.s1b:eth1.vlan",
    ],
  ])("%s is a fault with its path", (_, wrong, path) => {
    const error = parseSetup(topology, { ...good, ...wrong })._unsafeUnwrapErr();
    expect(error.type).toBe("invalid-request");
    const faults = error.type === "invalid-request" ? error.faults : [];
    expect(faults.map((fault) => fault.path.join("."))).toContain(path);
    expect(describeError(error)).toContain(path);
  });

  test("every fault is told at once", () => {
    const error = parseSetup(topology, { ...good, project: "", bw: "fast", vlan: 0 });
    const { faults } = error._unsafeUnwrapErr() as { faults?: readonly unknown[] };
    expect(faults).toHaveLength(3);
  });

  test("what is as long as it may be is no fault", () => {
    const many = Array.from({ length: 1_024 }, (_, n) => `h${n}:eth1`);
    const error = parseSetup(topology, { ...good, project: "p".repeat(255), hostPorts: many });
    const unknown = error._unsafeUnwrapErr();
    expect(unknown.type === "unknown-host-port" && unknown.hostPorts.length).toBe(1_024);
  });

  test("a host port that is no touch point is named", () => {
    const error = parseSetup(topology, { ...good, hostPorts: ["s1a:eth1", "nobody:eth0"] });
    expect(error._unsafeUnwrapErr()).toEqual({
      type: "unknown-host-port",
      hostPorts: ["nobody:eth0"],
    });
  });
});

describe("parseModify", () => {
  test("what is absent stays absent", () => {
    const args = { project: "p", add: [], remove: ["s1a:eth1"] };
    const parsed = parseModify(topology, { ...args, bw: undefined, vlan: undefined, options: {} });
    expect(parsed._unsafeUnwrap().change).toEqual({ add: [], remove: ["s1a:eth1"] });
  });

  test("nobody is added and removed at once", () => {
    const args = { project: "p", add: ["s1a:eth1"], remove: ["s1a:eth1"] };
    const parsed = parseModify(topology, { ...args, bw: undefined, vlan: undefined, options: {} });
    expect(parsed._unsafeUnwrapErr().type).toBe("invalid-request");
  });
});

test("whatever the arguments, reading them gives a value or a typed error, and throws nothing", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true });
  const near = fc.oneof(
    anything,
    fc.constantFrom(...["p", "s1a:eth1", "100Mbps", "100-200", 5, -1, Number.NaN, null]),
    fc.array(fc.constantFrom("s1a:eth1", "s2b:eth1", "x:y", "")),
    fc.record({ endpoints: anything, sharing: anything, signal: anything }),
  );
  fc.assert(
    fc.property(fc.tuple(near, near, near, near, near, near), ([project, a, b, bw, vlan, o]) => {
      const setup = parseSetup(topology, { project, hostPorts: a, bw, vlan, options: o, now: 0 });
      const modify = parseModify(topology, { project, add: a, remove: b, bw, vlan, options: o });
      for (const parsed of [setup, modify]) {
        if (parsed.isErr()) expect(describeError(parsed.error)).not.toBe("");
      }
    }),
    { numRuns: 2000 },
  );
});
