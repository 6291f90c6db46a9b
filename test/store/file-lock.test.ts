import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { acquireLock } from "../../src/store/file-lock.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dcns-file-lock-"));
  path = join(folder, "lock");
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** What the lock of this process says, with changes. */
async function ownerWith(changes: object): Promise<string> {
  const lock = (await acquireLock(path))._unsafeUnwrap();
  const owner = JSON.parse(await readFile(path, "utf8"));
  await lock.release();
  return JSON.stringify({ ...owner, ...changes });
}

describe("a lock", () => {
  test("is held by one at a time, and free again when it was released", async () => {
    const first = (await acquireLock(path))._unsafeUnwrap();
    const refused = (await acquireLock(path))._unsafeUnwrapErr();
    expect(refused).toContain(`${path} is held by {"pid":${process.pid},`);
    await first.release();
    const second = (await acquireLock(path))._unsafeUnwrap();
    await second.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test("goes to one of many that ask at once", async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => acquireLock(path)));
    expect(results.filter((result) => result.isOk()).length).toBe(1);
    expect(await readdir(folder)).toEqual(["lock"]);
  });

  test("goes to one of many that ask at once when its owner is gone", async () => {
    await writeFile(path, await ownerWith({ bootId: "before-the-last-boot" }));
    const results = await Promise.all(Array.from({ length: 20 }, () => acquireLock(path)));
    expect(results.filter((result) => result.isOk()).length).toBe(1);
    expect(await readdir(folder)).toEqual(["lock"]);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
  });

  test("of a process that has ended is taken over", async () => {
    const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
    await once(child, "close");
    await writeFile(path, await ownerWith({ pid: child.pid }));
    expect((await acquireLock(path)).isOk()).toBe(true);
  });

  test.runIf(process.platform === "linux")(
    "of an earlier process with the same number is taken over",
    async () => {
      await writeFile(path, await ownerWith({ startTime: "1" }));
      expect((await acquireLock(path)).isOk()).toBe(true);
    },
  );

  test("that names nobody is left alone", async () => {
    await writeFile(path, "mine!");
    expect((await acquireLock(path))._unsafeUnwrapErr()).toBe(`${path} is held by mine!`);
    expect(await readFile(path, "utf8")).toBe("mine!");
  });

  test.each([0, 4, 96])("of which a power cut left %d NUL bytes is taken over", async (length) => {
    await writeFile(path, Buffer.alloc(length));
    expect((await acquireLock(path)).isOk()).toBe(true);
    expect(await readdir(folder)).toEqual(["lock"]);
  });

  /** A lock whose owner is gone, and that these were taking over, one after another. */
  async function takenOverBy(...claimants: readonly string[]): Promise<void> {
    let held = await ownerWith({ bootId: "before-the-last-boot" });
    await writeFile(path, held);
    for (const claimant of claimants) {
      const digest = createHash("sha256").update(held).digest("hex").slice(0, 16);
      await writeFile(`${path}.claim-${digest}`, claimant);
      held = claimant;
    }
  }

  test.each([1, 3])(
    "that %d others were taking over when they crashed is taken over",
    async (n) => {
      const gone: string[] = [];
      for (let boot = 0; boot < n; boot++) gone.push(await ownerWith({ bootId: `${boot}` }));
      await takenOverBy(...gone);
      const results = await Promise.all(Array.from({ length: 20 }, () => acquireLock(path)));
      expect(results.filter((result) => result.isOk()).length).toBe(1);
      expect(await readdir(folder)).toEqual(["lock"]);
      expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ pid: process.pid });
    },
  );

  test("that somebody is taking over is left to him", async () => {
    await takenOverBy(await ownerWith({}));
    expect((await acquireLock(path))._unsafeUnwrapErr()).toMatch(/claim-.* is held by \{"pid"/);
  });
});
