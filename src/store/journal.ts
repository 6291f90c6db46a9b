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
 * Reads a whole journal. A last line that was not finished is left out: it lacks its line feed, or
 * holds NUL bytes as blocks do that were never written. Anything else that is wrong is damage.
 */
export function readJournal(bytes: Uint8Array): Result<JournalContent, Damage> {
  const snapshotBytes = bytes.indexOf(LINE_FEED) + 1;
  if (snapshotBytes === 0) return err({ line: 1, message: "has no end" });
  const snapshot = decodeLine(bytes.subarray(0, snapshotBytes), snapshotSchema);
  if (snapshot.isErr()) return err({ line: 1, message: snapshot.error });
  const table = new RecordTable(snapshot.value.revision, snapshot.value.records);
  const isEarlier = snapshot.value.format !== JOURNAL_FORMAT;
  return readBatches(bytes, snapshotBytes, table).map((validBytes) => ({
    table,
    isEarlier,
    snapshotBytes,
    validBytes,
  }));
}

/** Applies the batches from `start` on to `table`; gives the end of the last one that is whole. */
function readBatches(bytes: Uint8Array, start: number, table: RecordTable): Result<number, Damage> {
  let from = start;
  for (let line = 2; ; line++) {
    const to = bytes.indexOf(LINE_FEED, from) + 1;
    if (to === 0) return ok(from);
    const text = bytes.subarray(from, to);
    const batch = decodeLine(text, batchSchema);
    if (batch.isErr()) {
      const isUnfinished = to === bytes.length && text.includes(0);
      return isUnfinished ? ok(from) : err({ line, message: batch.error });
    }
    const { revision, transactions } = batch.value;
    if (revision !== table.revision + 1) {
      return err({ line, message: `has revision ${revision}, not ${table.revision + 1}` });
    }
    for (const writes of transactions) table.apply(writes);
    from = to;
  }
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
  const content = Buffer.from(line.subarray(CHECKSUM_LENGTH + 1, -1));
  const intact = `${checksum(content)} ${content}\n`;
  if (Buffer.compare(Buffer.from(intact), line) !== 0) return err("is damaged");
  return parseJson(content.toString()).andThen((value) => {
    const checked = v.safeParse(schema, value);
    return checked.success ? ok(checked.output) : err(v.summarize(checked.issues));
  });
}

const parseJson: (text: string) => Result<unknown, string> = Result.fromThrowable(
  (text) => JSON.parse(text),
  () => "is not JSON",
);

function checksum(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, CHECKSUM_LENGTH);
}
