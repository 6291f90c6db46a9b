import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgentOptions } from "../../src/agent/agent-options.ts";
import { DcnsAgent } from "../../src/dcns.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import { describeError } from "../../src/model/errors.ts";
import { campus } from "../support/campus.ts";
import { errorOf, Testbed } from "../support/testbed.ts";

/** A value of any kind, with those among them that nearly are what is asked for. */
const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
  fc.constantFrom<unknown>(
    ...["p", "", "s1a:eth1", "x:y", "100Mbps", "1e6", "-5Mbps", "100-99", "0", "4095", "__proto__"],
    ...[0, -1, 0.5, 5, 4095, 1e6, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, null, undefined],
    Symbol("s"),
    () => 5,
  ),
  fc.array(fc.constantFrom<unknown>("s1a:eth1", "s2b:eth1", "x:y", "", 5, null, { host: "s3a" })),
  fc.record(
    {
      endpoints: fc.oneof(fc.anything(), fc.dictionary(fc.constant("s1a:eth1"), fc.anything())),
      sharing: fc.anything(),
      signal: fc.anything(),
      timeoutMs: fc.constantFrom<unknown>(0, -1, Number.NaN, "5", 2 ** 40),
      force: fc.anything(),
    },
    { requiredKeys: [] },
  ),
);

/** The calls of an agent as JavaScript sees them: by name, with any arguments. */
interface AnyCall {
  readonly name: string;
  readonly arity: number;
}

const calls: readonly AnyCall[] = [
  { name: "setupPhysicalNetwork", arity: 5 },
  { name: "modifyPhysicalNetwork", arity: 6 },
  { name: "teardownPhysicalNetwork", arity: 2 },
  { name: "verifyNetwork", arity: 2 },
  { name: "planPhysicalNetwork", arity: 5 },
  { name: "getNetworkInfo", arity: 1 },
  { name: "updateTopology", arity: 1 },
];

/** Calls a method as JavaScript would; the result, whatever it is, when it is there. */
async function callAnyhow(agent: DcnsAgent, name: string, args: readonly unknown[]): Promise<Told> {
  const method: unknown = Reflect.get(agent, name);
  if (typeof method !== "function") throw new Error(`there is no ${name}`);
  return Reflect.apply(method, agent, [...args]);
}

type Told = Awaited<ReturnType<DcnsAgent["verifyNetwork"]>>;

describe("bad input", () => {
  test.each(calls)(
    "$name: whatever it is given, it gives a Result, and what it refuses changes nothing",
    async ({ name, arity }) => {
      await using bed = await Testbed.start();
      await bed.setUp("standing", ["s4a:eth1", "s3a:eth1"], 1e6, 1000);
      const known = bed.agent.listNetworks();
      const held = bed.held();
      const { commits } = bed.store;
      const args = fc.tuple(...Array.from({ length: arity }, () => anything));
      await fc.assert(
        fc.asyncProperty(args, async (values) => {
          const result = await bed.run(callAnyhow(bed.agent, name, values));
          if (result.isOk()) return;
          expect(describeError(result.error)).not.toBe("");
          expect(bed.agent.listNetworks()).toEqual(known);
        }),
        { numRuns: 150 },
      );
      expect(bed.held()).toEqual(held);
      expect(bed.store.commits).toBe(commits);
    },
  );

  test.each<[string, readonly unknown[], string]>([
    ["setupPhysicalNetwork", [5, ["s1a:eth1"], 1e6], "project"],
    ["setupPhysicalNetwork", ["p", "s1a:eth1", 1e6], "hostPorts"],
    ["setupPhysicalNetwork", ["p", ["s1a:eth1"], "100"], "bw"],
    ["setupPhysicalNetwork", ["p", ["s1a:eth1"], 1e6, 4095], "vlan"],
    ["setupPhysicalNetwork", ["p", ["s1a:eth1"], 1e6, 5, { signal: 5 }], "options.signal"],
    ["setupPhysicalNetwork", ["p", ["s1a:eth1"], 1e6, 5, { timeoutMs: 0 }], "options.timeoutMs"],
    ["modifyPhysicalNetwork", ["p", undefined, []], "addHostPorts"],
    ["modifyPhysicalNetwork", ["p", [], [5]], "remHostPorts.0"],
    ["modifyPhysicalNetwork", ["p", [], [], -1], "bw"],
    ["modifyPhysicalNetwork", ["p", [], [], 1, "x"], "vlan"],
    ["modifyPhysicalNetwork", ["p", [], [], 1, 5, { sharing: "hose" }], "options.sharing"],
    ["teardownPhysicalNetwork", ["p", { force: "yes" }], "options.force"],
    ["teardownPhysicalNetwork", [undefined], "project"],
    ["verifyNetwork", ["p", { dataPlane: "yes" }], "options.dataPlane"],
    ["planPhysicalNetwork", ["p", ["s1a:eth1"], null], "bw"],
    ["getNetworkInfo", [null], "project"],
  ])("%s(%j) is told that its %s is wrong", async (name, args, path) => {
    await using bed = await Testbed.start();
    const result = await bed.run(callAnyhow(bed.agent, name, args));
    const { faults } = errorOf(result, "invalid-request");
    expect(faults.map((fault) => fault.path.join("."))).toContain(path);
    bed.expectNothingLeft();
  });
});

describe("DcnsAgent.start", () => {
  const topology = campus();
  const good: AgentOptions = { topology, drivers: { campus: new MemoryDriver() } };
  const start = (options: unknown): Promise<Told> =>
    Promise.resolve(Reflect.apply(DcnsAgent.start, DcnsAgent, [options]));

  test("whatever it is given, it gives an agent or a typed error", async () => {
    const near = fc.record(
      {
        topology: fc.oneof(fc.constant(good.topology), anything),
        drivers: fc.oneof(anything, fc.dictionary(fc.constantFrom("campus", "x"), anything)),
        store: anything,
        clock: anything,
        griPrefix: anything,
        operationTimeoutMs: anything,
        rollbackTimeoutMs: anything,
        recoveryTimeoutMs: anything,
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, anything), async (options) => {
        const result = await start(options);
        expect(describeError(errorOf(result, "invalid-request"))).not.toBe("");
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, object, string]>([
    ["a document instead of a topology", { topology: {} }, "topology"],
    ["a domain without a driver", { drivers: {} }, "drivers.campus"],
    [
      "a driver of a domain that is not there",
      { drivers: { ...good.drivers, wan: 5 } },
      "drivers.wan",
    ],
    ["a driver that is none", { drivers: { campus: {} } }, "drivers.campus"],
    ["a store that is none", { store: {} }, "store"],
    ["a clock that is none", { clock: 5 }, "clock"],
    ["a prefix that is no text", { griPrefix: 5 }, "griPrefix"],
    ["no time at all", { operationTimeoutMs: 0 }, "operationTimeoutMs"],
    ["a time that is none", { rollbackTimeoutMs: "5" }, "rollbackTimeoutMs"],
    ["a time for ever", { recoveryTimeoutMs: Number.POSITIVE_INFINITY }, "recoveryTimeoutMs"],
    ["an option that is not known", { topologie: 5 }, "topologie"],
  ])("%s is a fault with its path", async (_, wrong, path) => {
    const { faults } = errorOf(await start({ ...good, ...wrong }), "invalid-request");
    expect(faults.map((fault) => fault.path.join("."))).toContain(path);
  });

  test("starts with what is right", async () => {
    const agent = (await DcnsAgent.start(good))._unsafeUnwrap();
    expect(agent.listNetworks()).toEqual([]);
    await agent.close();
  });
});
