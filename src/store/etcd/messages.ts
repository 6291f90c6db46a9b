import { err, ok, Result } from "neverthrow";
import * as v from "valibot";
import type { JsonValue, StoredRecord, StoreWrite } from "../store.ts";

// The messages of etcd's JSON gateway (etcd API v3, rpc.proto in JSON mapping of protobuf): keys and
// values are base64, 64-bit integers are strings, and whatever is zero, false or empty is left out.

/** A base64 text of `text`. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** The first key after all keys that begin with `prefix`, which ends in an ASCII character. */
export function endOfPrefix(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** A key as etcd has it. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  readonly mod_revision: number;
  readonly lease?: string | undefined;
}

/** Keys of a range, in the order of their bytes. */
export interface Range {
  readonly kvs: readonly KeyValue[];
  /** Whether the limit has left some out. */
  readonly more: boolean;
}

interface Header {
  readonly header: { readonly revision: number };
}

const text = v.pipe(
  v.optional(v.string(), ""),
  v.transform((encoded) => Buffer.from(encoded, "base64").toString()),
);
const integer = v.pipe(v.optional(v.string(), "0"), v.transform(Number), v.safeInteger());
const header = v.object({ revision: integer });
const keyValue = v.object({
  key: text,
  value: text,
  mod_revision: integer,
  lease: v.optional(v.string()),
});
const range = v.object({
  kvs: v.optional(v.array(keyValue), []),
  more: v.optional(v.boolean(), false),
});

/** A range as it was at a revision. */
export interface Page extends Header, Range {}

/** The answer to `/v3/kv/range`. */
export const rangeReply: v.GenericSchema<unknown, Page> = v.object({
  header,
  ...range.entries,
});

/** The answer to `/v3/kv/txn`; responses are those of the branch that was taken. */
export const txnReply: v.GenericSchema<
  unknown,
  Header & {
    readonly succeeded: boolean;
    readonly responses: readonly { readonly response_range?: Range | undefined }[];
  }
> = v.object({
  header,
  succeeded: v.optional(v.boolean(), false),
  responses: v.optional(v.array(v.object({ response_range: v.optional(range) })), []),
});

/** The answer to `/v3/lease/grant`; times are seconds. */
export const grantReply: v.GenericSchema<unknown, { readonly TTL: number }> = v.object({
  TTL: integer,
});

/** The one message of `/v3/lease/keepalive`; a lease that is over has no time left. */
export const keepAliveReply: v.GenericSchema<
  unknown,
  { readonly result: { readonly TTL: number } }
> = v.object({ result: v.object({ TTL: integer }) });

/** The answer to `/v3/auth/authenticate`. */
export const authenticateReply: v.GenericSchema<unknown, { readonly token: string }> = v.object({
  token: v.string(),
});

/** An answer that only says that it was done. */
export const anyReply: v.GenericSchema<unknown, unknown> = v.unknown();

/** A change of one key; of one that is gone, `kv` has nothing but the key and the revision of that. */
export interface WatchEvent {
  readonly type: "PUT" | "DELETE";
  readonly kv: KeyValue;
}

/** One message of `/v3/watch`. */
export const watchReply: v.GenericSchema<
  unknown,
  {
    readonly result: {
      readonly canceled: boolean;
      readonly compact_revision: number;
      readonly events: readonly WatchEvent[];
    };
  }
> = v.object({
  result: v.object({
    canceled: v.optional(v.boolean(), false),
    compact_revision: integer,
    events: v.optional(
      v.array(v.object({ type: v.optional(v.picklist(["PUT", "DELETE"]), "PUT"), kv: keyValue })),
      [],
    ),
  }),
});

/** What every refusal says; `code` is a gRPC status code. */
export const errorReply: v.GenericSchema<
  unknown,
  { readonly code: number; readonly message: string }
> = v.object({ code: v.number(), message: v.string() });

/** Reads an answer; the error says what is wrong with it. */
export function readReply<Output>(
  content: string,
  schema: v.GenericSchema<unknown, Output>,
): Result<Output, string> {
  return parseJson(content).andThen((json) => {
    const parsed = v.safeParse(schema, json);
    return parsed.success
      ? ok(parsed.output)
      : err(`etcd gave an unexpected answer: ${v.summarize(parsed.issues)}`);
  });
}

const parseJson: (content: string) => Result<unknown, string> = Result.fromThrowable(
  (content) => JSON.parse(content),
  () => "etcd gave an answer that is not JSON",
);

/** A record without the prefix that its key has in etcd. */
export function recordOf(
  { key, value, mod_revision: revision, lease }: KeyValue,
  prefix: string,
): Result<StoredRecord, string> {
  return parseValue(value)
    .map((parsed) => ({ key: key.slice(prefix.length), value: parsed, revision }))
    .map((record) => (lease === undefined ? record : { ...record, lease }))
    .mapErr(() => `record ${key} is not JSON`);
}

const parseValue: (value: string) => Result<JsonValue, unknown> = Result.fromThrowable(
  (value): JsonValue => JSON.parse(value),
);

/** One write as an operation of a transaction. */
export function operationOf(write: StoreWrite, prefix: string): object {
  const key = base64(prefix + write.key);
  if (write.type === "delete") return { request_delete_range: { key } };
  const value = base64(JSON.stringify(write.value));
  return { request_put: { key, value, lease: write.lease } };
}
