import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { systemClock } from "../src/system-clock.ts";
import { SimulatedFabric, socketDial } from "../src/testing/index.ts";
import { Topology } from "../src/topology.ts";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const quickStart = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
let fabric: SimulatedFabric | undefined;
afterAll(() => fabric?.[Symbol.dispose]());

test("the quick start works as it stands, when its switches dial in", {
  timeout: 30_000,
}, async () => {
  const document = /Topology\.parse\((\{.*?\})\);/s.exec(quickStart)?.[1] ?? "";
  const topology = Topology.parse(new Function(`return (${document})`)())._unsafeUnwrap();
  const dial = socketDial({ host: "127.0.0.1", port: 6653 });
  fabric = new SimulatedFabric({ topology, clock: systemClock, dial });
  fabric.connect();
  const folder = join(root, ".cache");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "quick-start.mts"), quickStart);
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const args = [tsx, "--tsconfig", join(root, "examples/tsconfig.json"), "quick-start.mts"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  expect(stdout).toMatch(/^active \[/);
  expect(stdout).toContain("s1-s2");
  expect(fabric.flowsOf("s1").length).toBeGreaterThan(0);
});

test("it is short enough to be read", () => {
  expect(readme.split("\n").length).toBeLessThanOrEqual(200);
});
