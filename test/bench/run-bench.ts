import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";

/** The folder of the repository. */
export const root: string = join(import.meta.dirname, "../..");

/** How long a benchmark may take that only shows that it works. */
export const TIMEOUT_MS = 180_000;

const report = v.strictObject({
  bench: v.string(),
  cases: v.array(v.record(v.string(), v.union([v.string(), v.number()]))),
  summary: v.record(v.string(), v.unknown()),
});

/** Runs a benchmark, and reads the last line that it prints. */
export async function runBench(...words: readonly string[]): Promise<v.InferOutput<typeof report>> {
  const command = ["run", "--silent", "bench", "--", ...words, "--json"];
  const { stdout } = await promisify(execFile)("npm", command, { cwd: root, timeout: TIMEOUT_MS });
  return v.parse(report, JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
}
