import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { testWithOvs } from "./lab/require-ovs.ts";

const root = join(import.meta.dirname, "..");
const TIMEOUT_MS = 60_000;

/** Runs a program of examples/ against the built package, as a user's program would run. */
async function runExample(...args: readonly string[]): Promise<string> {
  expect(existsSync(join(root, "dist/index.js")), "the package is built").toBe(true);
  const command = [join(root, "node_modules/tsx/dist/cli.mjs"), "--tsconfig"];
  const run = promisify(execFile)(
    process.execPath,
    [...command, join(root, "examples/tsconfig.json"), ...args],
    { cwd: root, timeout: TIMEOUT_MS },
  );
  return (await run).stdout;
}

/** The rows of the matrices that a demo prints, as the hosts in them that hear somebody. */
function matrices(output: string): readonly string[] {
  return output
    .split("from \\ to")
    .slice(1)
    .map((text) => text.split("\n").slice(1, 6).join("\n").replace(/\s/g, ""));
}

describe("the examples, against the built package", () => {
  test("the host plugin makes, grows, shrinks and removes a network", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const output = await runExample("examples/host-plugin.ts");
    expect(output.split("\n").filter(Boolean)).toEqual([
      "compute1 plugged: { state: 'partial', segmentation_id: 2 }",
      "compute2 plugged: { state: 'active', segmentation_id: 2 }",
      "compute3 plugged: { state: 'active', segmentation_id: 2 }",
      "networks left: 0",
    ]);
  });

  test("path computation alone plans, books and explains", { timeout: TIMEOUT_MS }, async () => {
    const [first, ...rest] = (await runExample("examples/paths.ts")).split("\n").filter(Boolean);
    expect(first).toBe("first goes by ac, VLAN 100");
    expect(rest.slice(0, 3).sort()).toEqual([
      "second could go by ab bc at cost 2",
      "second could go by ac at cost 1",
      "second could go by cd da at cost 2",
    ]);
    expect(rest[3]).toMatch(
      /^third: no path: .*at most 10Gbps would fit.*it would succeed at 10Gbps/,
    );
  });

  test("the demo shows who hears whom at every step", { timeout: TIMEOUT_MS }, async () => {
    checkDemo(await runExample("examples/demo/main.ts"));
  });

  testWithOvs("the demo does the same on Open vSwitch", { timeout: TIMEOUT_MS }, async () => {
    checkDemo(await runExample("examples/demo/main.ts", "--ovs"));
  });
});

function checkDemo(output: string): void {
  const nobody = "es1·····es2·····es3·····es4·····es5·····";
  const [before, pair, three, both, after] = matrices(output);
  expect(before).toBe(nobody);
  expect(pair).toBe("es1··1··es2·····es31····es4·····es5·····");
  expect(three).toBe("es1··11·es2·····es31··1·es41·1··es5·····");
  expect(both).toBe("es1··11·es2····1es31··1·es41·1··es5·1···");
  expect(after).toBe(nobody);
  // Where switches learn, the allowances for flooding count to the megabit.
  expect(output).toMatch(/at most 9(\.\dG|\d{3}M)bps would fit/);
  expect(output.match(/s\d {2}nothing/g)).toHaveLength(5);
}
