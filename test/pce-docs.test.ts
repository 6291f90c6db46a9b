import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const [, program = "", output = ""] =
  /```ts\n(.*?)```.*?```\n(.*?)```/s.exec(readFileSync(join(root, "docs/pce.md"), "utf8")) ?? [];

test("the program in docs/pce.md prints what is said there, against the built package", {
  timeout: 30_000,
}, async () => {
  const folder = join(root, ".cache");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "pce-docs.mts"), program);
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const args = [tsx, "--tsconfig", join(root, "examples/tsconfig.json"), "pce-docs.mts"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  expect(stdout).toBe(output);
});
