import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Mutation } from "./mutations.ts";

/** Whether the simulation has noticed a mutation, and by what. */
export interface MutationOutcome {
  readonly name: string;
  readonly fault: string | undefined;
}

/** Runs the simulation on a copy of the sources with one fault in it, until it notices. */
export async function simulateMutation(
  { name, file, from, to }: Mutation,
  seeds: number,
): Promise<MutationOutcome> {
  const root = resolve(import.meta.dirname, "../..");
  const copy = mkdtempSync(join(tmpdir(), "dcns-mutation-"));
  try {
    for (const each of COPIED) cpSync(join(root, each), join(copy, each), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const path = join(copy, file);
    const parts = readFileSync(path, "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
    writeFileSync(path, parts.join(to));
    return { name, fault: await firstFault(copy, seeds) };
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function firstFault(folder: string, seeds: number): Promise<string | undefined> {
  const tsx = join(folder, "node_modules/.bin/tsx");
  const args = ["scripts/sim/main.ts", "--seeds", `${seeds}`, "--until-failure", "--json"];
  try {
    await promisify(execFile)(tsx, args, { cwd: folder, maxBuffer: 2 ** 26 });
    return undefined;
  } catch (error) {
    return faultIn(error);
  }
}

/** What a run has found; a run that ended in another way is an error. */
function faultIn(error: unknown): string {
  const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
  const summary: unknown = JSON.parse(output.trim().split("\n").at(-1) ?? "");
  const [failure] =
    typeof summary === "object" && summary !== null && "failures" in summary
      ? (summary.failures as readonly { readonly fault: string }[])
      : [];
  if (failure === undefined) throw error;
  return failure.fault;
}

const COPIED = [
  "src",
  "scripts/revision.ts",
  "scripts/sim",
  "test/support",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
];
