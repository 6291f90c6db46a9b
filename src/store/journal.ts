import { createHash } from "node:crypto";
import { err, ok, Result } from "neverthrow";
import * as v from "valibot";
import { RecordTable } from "./record-table.ts";
import type { JsonValue, StoredRecord, StoreWrite } from "./store.ts";

/**
 * A journal is text, one JSON object a line, each after its checksum and a space. The first line is
 * a snapshot of all records; every further line adds the transactions that were made durable
 * together, so that an interrupted write leaves at most one line unfinished: the last.
 */
export const JOURNAL_FORMAT = "dcns-journal/2";

/** Formats that are read as well. The first one knew no leases; nothing else is different. */
const EARLIER_FORMATS = ["dcns-journal/1"] as const;

/** The first line: every record at `revision`. */
export interface Snapshot {
  readonly revision: number;
  readonly records: readonly StoredRecord[];
}

/** Any other line: transactions in order, the first of them at `revision`. */
export interface Batch {
  readonly revision: number;
  readonly transactions: readonly (readonly StoreWrite[])[];
}

/** What a journal says. */
export interface JournalContent {
  readonly table: RecordTable;
  /** Whether it is of an earlier format, to which no line of this one may be added. */
  readonly isEarlier: boolean;
  /** How many bytes the first line has. */
  readonly snapshotBytes: number;
  /** Where the last line begins that stands; where the first line ends if it is that one. */
  readonly lastFrom: number;
  /** How many bytes stand; what follows them is a line that was never finished. */
  readonly validBytes: number;
}

/** A line that is not what was written. Lines count from 1. */
export interface Damage {
  readonly line: number;
  readonly message: string;
}

export function encodeSnapshot({ revision, records }: Snapshot): Uint8Array {
  return encodeLine({ format: JOURNAL_FORMAT, revision, records });
}

export function encodeBatch({ revision, transactions }: Batch): Uint8Array {
  return encodeLine({ revision, transactions });
}

/**
 * Reads a whole journal. A last line that was not finished is left out: it was cut off before its line
 * feed, or sectors of it are NUL that were never written. Anything else that is wrong is damage.
 */
export function readJournal(bytes: Uint8Array): Result<JournalContent, Damage> {
  const snapshotBytes = bytes.indexOf(LINE_FEED) + 1;
  if (snapshotBytes === 0) return err({ line: 1, message: "has no end" });
  const snapshot = decodeLine(bytes.subarray(0, snapshotBytes), snapshotSchema);
  if (snapshot.isErr()) return err({ line: 1, message: snapshot.error });
  const table = new RecordTable(snapshot.value.revision, snapshot.value.records);
  const isEarlier = snapshot.value.format !== JOURNAL_FORMAT;
  return readBatches(bytes, snapshotBytes, table).map((stands) => ({
    table,
    isEarlier,
    snapshotBytes,
    ...stands,
  }));
}

/** Applies the batches from `start` on to `table`; gives where the last one that is whole stands. */
function readBatches(
  bytes: Uint8Array,
  start: number,
  table: RecordTable,
): Result<Pick<JournalContent, "lastFrom" | "validBytes">, Damage> {
  let lastFrom = start;
  let from = start;
  for (let line = 2; ; line++) {
    const end = bytes.indexOf(LINE_FEED, from) + 1;
    const to = end === 0 ? bytes.length : end;
    if (isUnfinished(bytes, from, to)) return ok({ lastFrom, validBytes: from });
    const batch = decodeLine(bytes.subarray(from, to), batchSchema);
    if (batch.isErr()) return err({ line, message: batch.error });
    const { revision, transactions } = batch.value;
    if (revision !== table.revision + 1) {
      return err({ line, message: `has revision ${revision}, not ${table.revision + 1}` });
    }
    for (const writes of transactions) table.apply(writes);
    lastFrom = from;
    from = to;
  }
}

/** Whether what stands from `from` to `to` is nothing, or a last line that was never finished. */
function isUnfinished(bytes: Uint8Array, from: number, to: number): boolean {
  if (to < bytes.length) return false;
  if (bytes[to - 1] === LINE_FEED) return from === to || isPartlyUnwritten(bytes, from, to);
  // What was cut off is not whole but for its last byte being another.
  return !isIntact(bytes.subarray(from, to - 1));
}

/** Whether there are NUL bytes in a line, and where there are, they fill its part of a sector. */
function isPartlyUnwritten(bytes: Uint8Array, from: number, to: number): boolean {
  let isPartly = false;
  for (let at = from; at < to; at = nextSector(at)) {
    const sector = bytes.subarray(at, Math.min(to, nextSector(at)));
    if (!sector.includes(0)) continue;
    if (!sector.every((byte) => byte === 0)) return false;
    isPartly = true;
  }
  return isPartly;
}

/** Disks write these many bytes or none, at multiples of it. */
const SECTOR_BYTES = 512;

function nextSector(at: number): number {
  return (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES;
}

const LINE_FEED = 0x0a;
/** Half of a SHA-256 in hexadecimal: no damage goes unseen by chance. */
const CHECKSUM_LENGTH = 32;

const revision = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** Whatever `JSON.parse` gives is one. */
const json = v.custom<JsonValue>(() => true);
const lease = v.exactOptional(v.string());
const snapshotSchema = v.strictObject({
  format: v.picklist([JOURNAL_FORMAT, ...EARLIER_FORMATS]),
  revision,
  records: v.array(v.strictObject({ key: v.string(), value: json, revision, lease })),
});
const batchSchema = v.strictObject({
  revision,
  transactions: v.array(
    v.array(
      v.variant("type", [
        v.strictObject({ type: v.literal("put"), key: v.string(), value: json, lease }),
        v.strictObject({ type: v.literal("delete"), key: v.string() }),
      ]),
    ),
  ),
});

function encodeLine(content: object): Uint8Array {
  const text = JSON.stringify(content);
  return Buffer.from(`${checksum(Buffer.from(text))} ${text}\n`);
}

function decodeLine<Output>(
  line: Uint8Array,
  schema: v.GenericSchema<unknown, Output>,
): Result<Output, string> {
  const text = line.subarray(0, -1);
  if (line.at(-1) !== LINE_FEED || !isIntact(text)) return err("is damaged");
  return parseJson(Buffer.from(text.subarray(CHECKSUM_LENGTH + 1)).toString()).andThen((value) => {
    const checked = v.safeParse(schema, value);
    return checked.success ? ok(checked.output) : err(v.summarize(checked.issues));
  });
}

/** Whether a line, without its line feed, is what was written. */
function isIntact(text: Uint8Array): boolean {
  const content = text.subarray(CHECKSUM_LENGTH + 1);
  const written = Buffer.from(`${checksum(content)} `);
  return (
    text.length > CHECKSUM_LENGTH && Buffer.compare(written, text.subarray(0, written.length)) === 0
  );
}

const parseJson: (text: string) => Result<unknown, string> = Result.fromThrowable(
  (text) => JSON.parse(text),
  () => "is not JSON",
);

function checksum(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, CHECKSUM_LENGTH);
}
