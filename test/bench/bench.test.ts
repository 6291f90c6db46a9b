import { existsSync } from "node:fs";
import { resolve } from "node:path";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { parseArguments } from "../../bench/support/arguments.ts";
import { pythonWithOsKen } from "../../bench/support/os-ken.ts";
import { percentiles } from "../../bench/support/statistics.ts";
import { isEtcdInstalled } from "../lab/etcd-cluster.ts";
import { missingForOvs } from "../lab/require-ovs.ts";
import { root, runBench, TIMEOUT_MS } from "./run-bench.ts";

const { DCNS_SHARED } = process.env;
/** Networks with exact answers that other programs computed; beside the repository, or not there. */
const scenarioFolder = resolve(root, DCNS_SHARED ?? "../shared", "data/pce/pce-scenarios");

const percentilePair = v.strictObject({ p50: v.number(), p99: v.number() });
const fabric = v.strictObject({
  p2pSetup: percentilePair,
  p2pTeardown: percentilePair,
  mp8Setup: percentilePair,
  mp8Teardown: percentilePair,
});
const setupSummary = v.object({
  ms: v.record(v.string(), fabric),
  msInFlight: v.record(v.string(), v.record(v.string(), fabric)),
  networksPerSecond: v.record(v.string(), v.number()),
});
const flowModSummary = v.object({
  flowModsPerSecond: v.number(),
  ratios: v.strictObject({
    ovsOfctl: v.number(),
    ovsOfctlWithoutStart: v.number(),
    ovsOfctlBundle: v.number(),
    ovsOfctlBundleWithoutStart: v.number(),
  }),
});
const isReal = missingForOvs().length === 0;
const scenarioSummary = v.strictObject({ total: v.number(), right: v.number(), wrong: v.number() });
describe("the benchmarks, run just long enough to see that they work", () => {
  test("setup times networks, on Open vSwitch too where it is", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { bench, summary } = await runBench("setup", "--quick");
    expect(bench).toBe("setup");
    const { ms, msInFlight, networksPerSecond } = v.parse(setupSummary, summary);
    const real = isReal ? ["open-vswitch"] : [];
    expect(Object.keys(ms)).toEqual(["simulated-memory", "simulated-tcp", ...real]);
    expect(Object.keys(msInFlight)).toEqual(Object.keys(ms));
    expect(Object.keys(networksPerSecond)).toEqual(Object.keys(ms));
    expect(v.is(flowModSummary, summary)).toBe(isReal);
  });

  test("flowmods compares a session with other installers, where there is Open vSwitch", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { cases, summary } = await runBench("flowmods", "--quick");
    const { ratios } = v.parse(v.object({ ratios: v.record(v.string(), v.number()) }), summary);
    const others = pythonWithOsKen() === undefined ? [] : ["osKen"];
    const names = ["sessionTcp", "ovsOfctlBundle", "ovsOfctlBundleWithoutStart", ...others];
    expect(Object.keys(ratios)).toEqual(isReal ? names : []);
    expect(cases.map(({ installer }) => installer)).toEqual(isReal ? ["session", ...names] : []);
    for (const { perSecond } of cases) expect(perSecond).toBeGreaterThan(0);
  });

  test("codec times both directions of the messages that are many", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { summary } = await runBench("codec", "--quick");
    const rate = v.object({ messagesPerSecond: v.number(), mbPerSecond: v.number() });
    const rates = v.object({ flowMod: rate, packetIn: rate, flowStats: rate });
    const { encode, decode } = v.parse(v.object({ encode: rates, decode: rates }), summary);
    for (const each of [encode, decode].flatMap((one) => Object.values(one))) {
      expect(each.messagesPerSecond).toBeGreaterThan(0);
    }
  });

  test("failover restores all networks, on Open vSwitch too where it is", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { cases, summary } = await runBench("failover", "--quick");
    expect(summary).toMatchObject({ failures: 0 });
    const simulated = cases.filter(({ fabric }) => fabric === "simulated-memory");
    expect(simulated.map(({ networks }) => networks)).toEqual([1, 10]);
    const real = cases.filter(({ fabric }) => fabric === "open-vswitch");
    const kinds = ["restore", "disjoint", "disjointTree", "disjointTreeReverts"];
    expect(real.map(({ protection }) => protection)).toEqual(isReal ? kinds : []);
    for (const { gapP50Ms } of simulated) expect(gapP50Ms).toBeGreaterThan(0);
  });

  test("audit compares what is equal and sends nothing", { timeout: TIMEOUT_MS }, async () => {
    const { cases, summary } = await runBench("audit", "--quick");
    const fabrics = ["simulated-memory", ...(isReal ? ["open-vswitch"] : [])];
    expect(cases.map(({ fabric, rules }) => [fabric, rules])).toEqual(
      fabrics.map((fabric) => [fabric, 1_000]),
    );
    expect(summary).toMatchObject({ flowModsWhenEqual: 0 });
  });

  test("topology times the reading of a document", { timeout: TIMEOUT_MS }, async () => {
    const { cases } = await runBench("topology", "--quick");
    expect(cases).toMatchObject([{ nodes: 200, links: 1_000 }]);
  });

  test.skipIf(!existsSync(scenarioFolder))(
    "scenarios answers all that is asked of it rightly",
    {
      timeout: TIMEOUT_MS,
    },
    async () => {
      const { summary } = await runBench("scenarios", "--quick");
      const { total, right, wrong } = v.parse(scenarioSummary, summary);
      expect(total).toBeGreaterThan(0);
      expect(right).toBe(total);
      expect(wrong).toBe(0);
    },
  );

  test("recovery finds switches that are right and sends them nothing", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { cases, summary } = await runBench("recovery", "--quick");
    expect(cases).toMatchObject([
      { switches: "empty", networks: 100, nodes: 20 },
      { switches: "right", networks: 100, nodes: 20, mods: 0 },
    ]);
    const [{ mods } = {}] = cases;
    expect(mods).toBeGreaterThan(200);
    expect(summary).toMatchObject({ flowModsWhenRight: 0 });
  });

  test("cluster counts calls and conflicts of agents alone, and of one, two and three", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const { cases } = await runBench("cluster", "--quick");
    const stores = isEtcdInstalled ? ["memory", "etcd"] : ["memory"];
    const loads = ["spread", "same-links"];
    const expected = stores.flatMap((store) =>
      loads.flatMap((load) => ["alone", 1, 2, 3].map((agents) => ({ store, load, agents }))),
    );
    expect(cases).toMatchObject(expected);
    for (const { callsPerSecond, conflictRate } of cases) {
      expect(callsPerSecond).toBeGreaterThan(0);
      expect(conflictRate).toBeLessThan(0.5);
    }
  });

  test("a name that no benchmark has ends with 2 and the names there are", async () => {
    const run = runBench("nothing", "--quick");
    await expect(run).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/there is no nothing.* setup .* topology /s),
    });
  });

  test("wan times networks across a domain of each dialect", { timeout: TIMEOUT_MS }, async () => {
    const { bench, summary } = await runBench("wan", "--quick");
    expect(bench).toBe("wan");
    const times = v.record(v.string(), v.record(v.string(), v.unknown()));
    const { ms } = v.parse(v.object({ ms: times }), summary);
    expect(Object.keys(ms)).toEqual(["nsi", "rest", "idcp"]);
    for (const each of Object.values(ms)) expect(Object.keys(each)).toEqual(["1", "2"]);
  });
});

describe("the arguments of a benchmark", () => {
  test("everything but the name has a default", () => {
    expect(parseArguments(["setup"])).toEqual({
      name: "setup",
      data: undefined,
      seed: 1,
      clock: "wall",
      quick: false,
      json: false,
    });
  });

  test("options may stand anywhere", () => {
    expect(parseArguments(["--seed", "7", "p2p", "--data", ".", "--json", "--quick"])).toEqual({
      name: "p2p",
      data: ".",
      seed: 7,
      clock: "wall",
      quick: true,
      json: true,
    });
  });

  test.each([
    ["setup", "p2p"],
    ["setup", "--seed", "-1"],
    ["setup", "--fast"],
    ["steiner", "--clock", "sun"],
    ["hose", "--data", "nowhere"],
  ])("%s %s %s is refused", (...words) => {
    expect(() => parseArguments(words)).toThrow();
  });
});

test("percentiles are by nearest rank", () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentiles(values)).toEqual({ p50: 100, p99: 198 });
  expect(percentiles([3])).toEqual({ p50: 3, p99: 3 });
});
