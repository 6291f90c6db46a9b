import { execFileSync, type StdioOptions } from "node:child_process";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { FIRST_OF_THE_LATEST } from "./scenario.ts";

/** Small enough that seeds stay whole numbers of 31 bits. */
const RANGE = 1_000_000_000;

/** Seeds that no other revision has, always the same for one. */
export function freshSeeds(revision: string, count: number): readonly number[] {
  const drawn = createHash("sha256").update(revision).digest().readUInt32BE() % RANGE;
  return Array.from({ length: count }, (_, index) => FIRST_OF_THE_LATEST + drawn + index);
}

/** The commit of these sources or, where they are no working copy of git, the version of the package. */
export function revisionOfSources(): string {
  try {
    const cwd = resolve(import.meta.dirname, "../..");
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd, encoding: "utf8", stdio }).trim();
  } catch {
    return packageJson.version;
  }
}

/** How the history of a seed is lived through again. */
export function replayOf(seed: number): string {
  return `npm run sim -- --from ${seed} --seeds 1 --log`;
}
