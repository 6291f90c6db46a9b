import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileStore } from "../../src/store/file-store.ts";
import { seededRandom } from "../../src/testing/index.ts";
import { put, unconditionally } from "../../src/testing/store-check.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";
import { type DiskUser, SimDisk } from "../support/sim-disk.ts";

const PATH = "/var/lib/journal";

/** What a store holds after this many commits, of which each puts its number. */
function after(commits: number): readonly (readonly [string, number])[] {
  const all = Array.from({ length: commits }, (_, index) => [`k${index % 3}`, index] as const);
  return [...new Map(all)].sort();
}

async function openedBy(user: DiskUser, clock: FakeClock, rewriteAboveBytes: number) {
  const opening = FileStore.open(PATH, { clock, disk: user, rewriteAboveBytes });
  return await clock.until(opening);
}

/** A journal is given its name, nobody knows whether for good, and the next process adds to it. */
const renamedAndDied = [
  ...[6, 9, 0, 0].map((diesAfterMs, index) => ({ commits: 1, diesAfterMs, power: index === 3 })),
  { commits: 0, diesAfterMs: 0, power: false },
];

/** A sync fails, the next process reads what it did not write, and the power goes. */
const syncFailedAndRead = [
  { commits: 1, diesAfterMs: 0, power: true },
  { commits: 1, diesAfterMs: 10, power: false },
  { commits: 0, diesAfterMs: 0, power: true },
];

/** A moment at which a process dies, and how. */
const round = fc.record({
  commits: fc.integer({ min: 0, max: 6 }),
  diesAfterMs: fc.integer({ min: 0, max: 60 }),
  power: fc.boolean(),
});

describe("a file store whose process dies at any moment", () => {
  test.each([0, 0.05])(
    "has everything that it acknowledged, and no transaction in part (the disk refuses %d)",
    async (fail) => {
      const rewrites = fc.constantFrom(0, 300, 1e6);
      const rounds = fc.array(round, { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(fc.nat(), rewrites, rounds, async (seed, rewriteAboveBytes, all) => {
          const clock = fakeClock();
          const { next: random } = seededRandom(seed);
          const disk = new SimDisk({ clock, random, fail, maxDelayMs: 10 });
          let done = 0;
          for (const { commits, diesAfterMs, power } of all) {
            const user = disk.user();
            const opened = await openedBy(user, clock, rewriteAboveBytes);
            if (opened.isErr()) expect(user.hasFailed).toBe(true);
            let acknowledged = done;
            if (opened.isOk()) {
              for (let index = done; index < done + commits; index += 1) {
                const committed = opened.value.commit(unconditionally(put(`k${index % 3}`, index)));
                void committed.andTee(() => {
                  acknowledged = index + 1;
                });
              }
            }
            await clock.advance(diesAfterMs);
            user.kill();
            if (power) disk.cutPower();
            const mended = disk.user();
            mended.mend();
            const again = (await openedBy(mended, clock, rewriteAboveBytes))._unsafeUnwrap();
            const records = (await clock.until(again.load()))._unsafeUnwrap();
            const held = records.map(({ key, value }) => [key, value]);
            const last = Math.max(-1, ...records.map(({ value }) => Number(value))) + 1;
            expect(last).toBeGreaterThanOrEqual(acknowledged);
            expect(held).toEqual(after(last));
            done = last;
            await clock.until(again.close());
          }
        }),
        {
          numRuns: 150,
          examples: [
            [1610071484, 0, renamedAndDied],
            [1812530780, 0, syncFailedAndRead],
          ],
        },
      );
    },
  );
});
