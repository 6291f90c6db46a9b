import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A message, or a part of one, that another implementation made, and what is known of it. */
export interface Vector {
  readonly file: string;
  readonly kind: "message" | "fragment";
  readonly hex: string;
  /** As `"1.3"`; empty when it is not known. */
  readonly version: string;
  /** The name of its type in capitals; empty when it is not known. */
  readonly type: string;
  /** Of a multipart message the name of its body's type, of others a command or numbers. */
  readonly subtype: string;
  /** Whether tshark, ovs-ofctl and os-ken took it; undefined when nobody asked. */
  readonly tsharkTakes?: boolean | undefined;
  readonly ovsTakes?: boolean | undefined;
  readonly osKenTakes?: boolean | undefined;
  /** Why ovs-ofctl did not. */
  readonly ovsSays?: string | undefined;
  /** The tree that tshark shows. */
  readonly tshark?: unknown;
}

interface JsonLine {
  readonly file: string;
  readonly kind: "message" | "fragment";
  readonly hex: string;
  readonly version?: string;
  readonly type?: string;
  readonly subtype?: string;
  readonly tshark_ok?: boolean;
  readonly ovs_ok?: boolean;
  readonly osken_ok?: boolean;
  readonly ovs_print?: string;
  readonly tshark?: unknown;
}

/**
 * Everything that stands in a folder of vectors: what `messages.jsonl` describes, else the files
 * that `index.csv` names, and the sessions in `captures/`.
 */
export function loadVectors(folder: string): readonly Vector[] {
  const described = existsSync(join(folder, "messages.jsonl"))
    ? linesOf<JsonLine>(join(folder, "messages.jsonl")).map(fromJson)
    : fromIndex(folder);
  return [...described, ...captured(folder)];
}

function fromJson(line: JsonLine): Vector {
  return {
    file: line.file,
    kind: line.kind,
    hex: line.hex,
    version: line.version ?? "",
    type: line.type ?? "",
    subtype: line.subtype ?? "",
    tsharkTakes: line.tshark_ok,
    ovsTakes: line.ovs_ok,
    osKenTakes: line.osken_ok,
    ovsSays: line.ovs_print,
    tshark: line.tshark,
  };
}

function fromIndex(folder: string): Vector[] {
  const index = join(folder, "index.csv");
  if (!existsSync(index)) return [];
  const [head = [], ...rows] = readFileSync(index, "utf8").trim().split(/\r?\n/).map(cellsOf);
  return rows.flatMap((row): Vector[] => {
    const cell = (name: string): string => row[head.indexOf(name)] ?? "";
    const path = join(folder, cell("file"));
    if (!existsSync(path)) return [];
    const taken = (name: string): boolean | undefined =>
      cell(name) === "" ? undefined : cell(name) === "yes";
    return [
      {
        file: cell("file"),
        kind: cell("kind") === "fragment" ? "fragment" : "message",
        hex: readFileSync(path).toString("hex"),
        version: cell("version"),
        type: cell("type"),
        subtype: cell("subtype"),
        tsharkTakes: taken("tshark_ok"),
        ovsTakes: taken("ovs_ofctl_ok"),
        osKenTakes: taken("osken_decodes"),
        ovsSays: cell("ovs_ofctl_says"),
      },
    ];
  });
}

/** The cells of one line of comma-separated values; quotes stand around cells with commas. */
function cellsOf(line: string): string[] {
  const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  return cells.map((cell) => cell.replace(/,$/, "").replace(/^"|"$/g, "").replaceAll('""', '"'));
}

function captured(folder: string): Vector[] {
  const captures = join(folder, "captures");
  if (!existsSync(captures)) return [];
  return readdirSync(captures)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) =>
      linesOf<{ readonly hex: string }>(join(captures, name)).map(
        ({ hex }, index): Vector => ({
          file: `captures/${name}:${index + 1}`,
          kind: "message",
          hex,
          version: "",
          type: "",
          subtype: "",
        }),
      ),
    );
}

function linesOf<Line>(path: string): Line[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): Line => JSON.parse(line));
}
