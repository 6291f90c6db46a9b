import { describe, expect, test } from "vitest";
import { encodeBatch, encodeSnapshot, readJournal } from "../../src/store/journal.ts";
import { put, remove } from "../../src/testing/store-check.ts";

const lines = [
  encodeSnapshot({ revision: 7, records: [{ key: "é", value: ["ü"], revision: 3 }] }),
  encodeBatch({ revision: 8, transactions: [[put("a", 1)], [put("b", 2), remove("a")]] }),
  encodeBatch({ revision: 10, transactions: [[]] }),
  encodeBatch({ revision: 11, transactions: [[put("c", "\n\0")]] }),
];
const journal = Buffer.concat(lines);

describe("a journal", () => {
  test("gives its records, and the revision of the last transaction", () => {
    const { table, snapshotBytes, validBytes } = readJournal(journal)._unsafeUnwrap();
    expect(table.revision).toBe(11);
    expect(table.list()).toEqual([
      { key: "b", value: 2, revision: 9 },
      { key: "c", value: "\n\0", revision: 11 },
      { key: "é", value: ["ü"], revision: 3 },
    ]);
    expect(snapshotBytes).toBe(lines[0]?.length);
    expect(validBytes).toBe(journal.length);
  });

  test("is, cut off anywhere after its first line, what its whole lines say", () => {
    const ends = lines.map((_, n) => Buffer.concat(lines.slice(0, n + 1)).length);
    for (let length = ends[0] ?? 0; length <= journal.length; length++) {
      const { validBytes } = readJournal(journal.subarray(0, length))._unsafeUnwrap();
      expect(validBytes).toBe(ends.findLast((end) => end <= length));
    }
  });

  test("is nothing when cut off in its first line", () => {
    for (let length = 0; length < (lines[0]?.length ?? 0); length++) {
      const damage = readJournal(journal.subarray(0, length))._unsafeUnwrapErr();
      expect(damage).toEqual({ line: 1, message: "has no end" });
    }
  });

  test("names the line of any flipped bit", () => {
    const lineAt = lines.flatMap((line, n) => Array.from(line, () => n + 1));
    for (let bit = 0; bit < journal.length * 8; bit++) {
      const bytes = Buffer.from(journal);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readJournal(bytes)._unsafeUnwrapErr().line).toBe(lineAt[bit >> 3]);
    }
  });

  test("names the line of any byte that has become another, NUL and line feed among them", () => {
    const lineAt = lines.flatMap((line, n) => Array.from(line, () => n + 1));
    for (const [at, was] of journal.entries()) {
      for (const byte of [0, 0x0a, 0x20, 0xff].filter((one) => one !== was)) {
        const bytes = Buffer.from(journal);
        bytes[at] = byte;
        expect(readJournal(bytes)._unsafeUnwrapErr().line).toBe(lineAt[at]);
      }
    }
  });

  test("loses a last line of which sectors were never written, and no other with NUL bytes", () => {
    const long = encodeBatch({ revision: 12, transactions: [[put("d", "x".repeat(2_000))]] });
    const whole = Buffer.concat([...lines, long]);
    const sectors = Array.from({ length: 8 }, (_, n) => n * 512);
    const [first = 0, second = 0] = sectors.filter((at) => at > journal.length);
    for (const [from, to] of [
      [journal.length, first],
      [first, second],
      [second, second + 1_024],
      [first, whole.length],
    ] as const) {
      const bytes = Buffer.from(whole).fill(0, from, to);
      expect(readJournal(bytes)._unsafeUnwrap().validBytes).toBe(journal.length);
    }
    for (const [from, to] of [
      [first, second - 1],
      [first + 1, second + 512],
      [first - 1, second],
    ] as const) {
      const bytes = Buffer.from(whole).fill(0, from, to);
      expect(readJournal(bytes)._unsafeUnwrapErr()).toEqual({ line: 5, message: "is damaged" });
    }
  });

  test("is refused when a line tells something else than a journal does", () => {
    const batch = lines[1] ?? new Uint8Array();
    expect(readJournal(batch)._unsafeUnwrapErr().line).toBe(1);
    const twoSnapshots = Buffer.concat([...lines.slice(0, 1), ...lines.slice(0, 1)]);
    expect(readJournal(twoSnapshots)._unsafeUnwrapErr().line).toBe(2);
  });
});
