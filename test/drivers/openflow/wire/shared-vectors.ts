import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = join(process.env.DCNS_SHARED ?? resolve("../shared"), "data/openflow");

/** A message that other implementations made, and what they say of it. */
export interface Vector {
  readonly name: string;
  readonly version: string;
  /** The name of its type in capitals, of its multipart type when it has one. */
  readonly type: string;
  readonly subtype: string;
  readonly hex: string;
  /** The tree that tshark shows, when it has no complaint. */
  readonly tshark?: Readonly<Record<string, unknown>>;
}

/** Whether the folder of vectors is there. */
export const hasVectors: boolean = existsSync(join(folder, "messages.jsonl"));

/** Every single message of the collection, of every version; none when the folder is absent. */
export function vectors(): readonly Vector[] {
  return linesOf("messages.jsonl")
    .filter((line) => line.kind === "message")
    .map((line) => ({
      name: String(line.file),
      version: String(line.version),
      type: String(line.type),
      subtype: String(line.subtype),
      hex: String(line.hex),
      ...(line.tshark_ok === true ? { tshark: record(line.tshark) } : {}),
    }));
}

/** The hexadecimal digits of every message of the captured sessions, in order. */
export function captured(): readonly string[] {
  if (!hasVectors) return [];
  const files = readdirSync(join(folder, "captures")).filter((name) => name.endsWith(".jsonl"));
  return files.flatMap((name) => linesOf(`captures/${name}`).map((line) => String(line.hex)));
}

function linesOf(file: string): Record<string, unknown>[] {
  if (!hasVectors) return [];
  const lines = readFileSync(join(folder, file), "utf8").trim().split("\n");
  return lines.map((line) => record(JSON.parse(line)));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
