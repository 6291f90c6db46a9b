import { execFileSync, type StdioOptions } from "node:child_process";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };

/**
 * What git calls these sources and their tests or, where they are no working copy of git, the version of the
 * package: what is only told of them, in docs, makes no other revision.
 */
export function revisionOfSources(): string {
  try {
    const cwd = resolve(import.meta.dirname, "..");
    const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
    const trees = ["HEAD:./src", "HEAD:./scripts", "HEAD:./test"];
    return execFileSync("git", ["rev-parse", ...trees], { cwd, encoding: "utf8", stdio }).trim();
  } catch {
    return packageJson.version;
  }
}

/** A number below 1,000,000,000 that is another one in each revision, and the same in one. */
export function seedOf(revision: string): number {
  return createHash("sha256").update(revision).digest().readUInt32BE() % 1_000_000_000;
}
