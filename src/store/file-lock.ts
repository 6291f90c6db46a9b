import { createHash } from "node:crypto";
import { link, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { err, ok, Result } from "neverthrow";
import * as v from "valibot";
import { hasCode } from "./system-error.ts";

/** The right to write to a file, held by one process at a time. */
export interface FileLock {
  release(): Promise<void>;
}

/**
 * Takes the lock file `path`, which names its owner: the process, the boot of the machine and the
 * start of the process, so that a process id that was given out again is not taken for the owner.
 * A lock whose owner is gone is taken over. The error says who is in the way; the promise is
 * rejected if the file system refuses.
 *
 * Owners must see each other's processes: one machine, one PID namespace, no network file system.
 */
export async function acquireLock(path: string): Promise<Result<FileLock, string>> {
  const folder = await mkdtemp(`${path}-`);
  try {
    const draft = join(folder, "owner");
    await writeFile(draft, JSON.stringify(await describeProcess(process.pid)));
    const taken = (await linkIfAbsent(draft, path)) ? ok() : await takeOver(path, draft);
    return taken.map(() => ({ release: () => rm(path, { force: true }) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Puts `draft` in place of the lock of an owner that is gone. Only who holds the claim to what that
 * owner had may, and it looks at the lock while holding it: two that come at once cannot both succeed.
 * Who held a claim and is gone as well is followed likewise, by a claim to the claim.
 */
async function takeOver(path: string, draft: string): Promise<Result<void, string>> {
  const owner = await ownerIn(path);
  const stale: string[] = [];
  for (let [held, holder] = [path, owner]; ; ) {
    if (await mayBeAlive(holder)) return err(`${held} is held by ${holder}`);
    const claim = `${path}.claim-${digestOf(holder)}`;
    if (await linkIfAbsent(draft, claim)) {
      const now = await ownerIn(path);
      if (now === owner) {
        await rename(claim, path);
        for (const each of stale) await rm(each, { force: true });
        return ok();
      }
      await rm(claim);
      return err(`${path} is held by ${now}`);
    }
    stale.push(claim);
    [held, holder] = [claim, await ownerIn(claim)];
  }
}

/** What a lock or a claim says; what is just being renamed or removed is somebody's. */
function ownerIn(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause) =>
    hasCode(cause, "ENOENT") ? "another process" : Promise.reject(cause),
  );
}

function digestOf(holder: string): string {
  return createHash("sha256").update(holder).digest("hex").slice(0, 16);
}

/** Makes `path` another name of `existing` unless it is a name already; gives whether it did. */
function linkIfAbsent(existing: string, path: string): Promise<boolean> {
  return link(existing, path).then(
    () => true,
    (cause) => (hasCode(cause, "EEXIST") ? false : Promise.reject(cause)),
  );
}

const ownerSchema = v.object({ pid: v.number(), bootId: v.string(), startTime: v.string() });
type Owner = v.InferOutput<typeof ownerSchema>;

/**
 * Whether the owner named in a lock may still be there; so may one that cannot be read. Locks are made
 * whole: what is empty is what a power cut has left of one, and nobody outlives that.
 */
async function mayBeAlive(holder: string): Promise<boolean> {
  if (/^\0*$/.test(holder)) return false;
  const owner = parseOwner(holder);
  if (owner.isErr()) return true;
  const { pid, bootId, startTime } = owner.value;
  const now = await describeProcess(pid);
  if (now.bootId !== bootId || !exists(pid)) return false;
  return now.startTime === "" || now.startTime === startTime;
}

const parseOwner: (text: string) => Result<Owner, unknown> = Result.fromThrowable((text) =>
  v.parse(ownerSchema, JSON.parse(text)),
);

/** What Linux says of a process; elsewhere, and where it may not be seen, only its number. */
async function describeProcess(pid: number): Promise<Owner> {
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // proc(5): field 22 is the start time; field 2, in parentheses, may hold anything.
  const startTime = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[22 - 3] ?? "";
  return { pid, bootId: bootId.trim(), startTime };
}

/** Signal 0 is sent to nobody and fails where there is nobody to send to. */
function exists(pid: number): boolean {
  return signal(pid).match(
    () => true,
    (cause) => !hasCode(cause, "ESRCH"),
  );
}

const signal: (pid: number) => Result<true, unknown> = Result.fromThrowable((pid) =>
  process.kill(pid, 0),
);
