import { err, ok, type Result } from "neverthrow";
import * as v from "valibot";

/** A schema that gives a `T` for whatever a server sent. */
export type JsonSchema<T> = v.GenericSchema<unknown, T>;

/** Why a body is not what was expected; `path` leads to it. */
export interface JsonFault {
  readonly type: "unexpected-json";
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Reads a body; properties that no schema names are left out. */
export function readJson<T>(schema: JsonSchema<T>, body: string): Result<T, JsonFault> {
  const parsed = parse(body);
  return parsed.andThen((value) => checkJson(schema, value));
}

/** The same for a value that has been parsed. */
export function checkJson<T>(schema: JsonSchema<T>, value: unknown): Result<T, JsonFault> {
  const checked = v.safeParse(schema, value);
  if (checked.success) return ok(checked.output);
  const [issue] = checked.issues;
  const path = (issue.path ?? []).map(({ key }) => (typeof key === "number" ? key : String(key)));
  return err({ type: "unexpected-json", path, message: issue.message });
}

function parse(body: string): Result<unknown, JsonFault> {
  try {
    return ok(JSON.parse(body));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return err({ type: "unexpected-json", path: [], message });
  }
}

/**
 * Seconds since the epoch, with a fraction or without. Servers write most instants as decimal
 * numbers and some as ISO text.
 */
export const epochSeconds: JsonSchema<number> = v.union([
  v.number(),
  v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => isoMilliseconds(text) / 1000),
  ),
]);

function isoMilliseconds(text: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: reads a text, no clock
  return Date.parse(text);
}

/** What may be `null`, which servers write where they have nothing, or absent. */
export function nullish<T>(schema: JsonSchema<T>): JsonSchema<T | undefined> {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}

/** A list that servers leave out, or write `null` for, where it is empty. */
export function listOf<T>(item: JsonSchema<T>): JsonSchema<readonly T[]> {
  return v.nullish(v.array(item), []);
}

/** Text that servers leave out, or write `null` for, where it is empty. */
export const textOrEmpty: JsonSchema<string> = v.nullish(v.string(), "");
