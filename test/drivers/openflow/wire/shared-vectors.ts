import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const { DCNS_SHARED } = process.env;
const folder = join(DCNS_SHARED ?? resolve("../shared"), "data/openflow");

/** A message that other implementations made, and what they say of it. */
export interface Vector {
  readonly file: string;
  readonly kind: "message" | "fragment";
  readonly version: string;
  /** The name of its type in capitals. */
  readonly type: string;
  /** Of a multipart message, the name of its body's type in capitals, and perhaps more. */
  readonly subtype: string;
  readonly hex: string;
  /** Whether tshark has no complaint. */
  readonly tshark_ok?: boolean;
  /** The tree that tshark shows. */
  readonly tshark?: Readonly<Record<string, unknown>>;
}

/** Whether the folder of vectors is there. */
export const hasVectors: boolean = existsSync(join(folder, "messages.jsonl"));

/** Every single message of the collection, of every version; none when the folder is absent. */
export function vectors(): readonly Vector[] {
  return linesOf<Vector>("messages.jsonl").filter((vector) => vector.kind === "message");
}

/** The hexadecimal digits of every message of the captured sessions, in order. */
export function captured(): readonly string[] {
  if (!hasVectors) return [];
  const files = readdirSync(join(folder, "captures")).filter((name) => name.endsWith(".jsonl"));
  const lines = files.flatMap((name) => linesOf<{ readonly hex: string }>(`captures/${name}`));
  return lines.map((line) => line.hex);
}

function linesOf<Line>(file: string): Line[] {
  if (!hasVectors) return [];
  const lines = readFileSync(join(folder, file), "utf8").trim().split("\n");
  return lines.map((line): Line => JSON.parse(line));
}
