import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import * as v from "valibot";
import { readJson } from "../../src/drivers/oscars/rest/json.ts";
import { readXml } from "../../src/drivers/oscars/xml/read-xml.ts";
import {
  type HardeningReport,
  instancesReport,
  reducedReport,
  variantsReport,
} from "./hardened.ts";
import { parseHttp } from "./http-message.ts";
import { judgeJson } from "./judge-json.ts";
import { regenerate } from "./judge-xml.ts";
import { firstDifference, sameMeaning } from "./meaning.ts";
import { canValidate, invalid, type Missing, missingFor, type Written } from "./schemas.ts";

/** What came of all samples of a folder; the last line of the output. */
export interface ConformanceReport {
  readonly total: number;
  readonly passed: number;
  readonly failed: readonly Failure[];
  /** How many documents that were written an official schema has judged. */
  readonly validated: number;
  /** The samples whose documents should have been judged and were not, and for want of what. */
  readonly unvalidated?: { readonly missing: Missing; readonly files: readonly string[] };
  /** What came of the samples otherwise written, and of messages made by the schemas; when asked for. */
  readonly hardened?: Readonly<Record<"variants" | "reduced" | "instances", HardeningReport>>;
}

/** A sample, and what is wrong with it or with the driver. */
export interface Failure {
  readonly file: string;
  readonly reason: string;
}

/**
 * Reads every sample below a folder into the driver's own model and writes from that what the driver
 * writes: the same meaning must come out and, where the schemas are beside the samples, be valid.
 */
export function conformanceReport(folder: string): ConformanceReport {
  const { samples, schemas, files } = sampleFiles(folder);
  const judged = files.map((file) => judge(samples, file));
  const documents = judged.flatMap(({ written }) => written ?? []);
  const judgeable = documents.filter(({ schema }) => schema !== "none").map(({ file }) => file);
  const missing = missingFor(schemas);
  const complaints = missing === undefined ? invalid(schemas, documents) : undefined;
  const failed = judged.flatMap(({ file, failure }): Failure[] => {
    const reason = failure ?? complaints?.get(file);
    return reason === undefined ? [] : [{ file, reason }];
  });
  return {
    total: files.length,
    passed: files.length - failed.length,
    failed,
    validated: complaints === undefined ? 0 : judgeable.length,
    ...(missing !== undefined && judgeable.length > 0
      ? { unvalidated: { missing, files: judgeable } }
      : {}),
  };
}

/**
 * The same samples in every other way to write them and without what schemas let be left out, and
 * messages of every type that the schemas have. The last two need the schemas and xmllint.
 */
export function hardenedReport(
  folder: string,
  seed: number,
): NonNullable<ConformanceReport["hardened"]> {
  const { samples, schemas, files } = sampleFiles(folder);
  const none: HardeningReport = { total: 0, failed: [] };
  const hasSchemas = canValidate(schemas);
  return {
    variants: variantsReport(samples, files),
    reduced: hasSchemas ? reducedReport(samples, schemas, files) : none,
    instances: hasSchemas ? instancesReport(schemas, seed, 10) : none,
  };
}

function sampleFiles(folder: string) {
  const samples = existsSync(join(folder, "samples")) ? join(folder, "samples") : folder;
  const files = filesBelow(samples).filter(
    (file) => /\.(xml|json|http|txt)$/.test(file) && !/README/.test(file),
  );
  return { samples, schemas: resolve(samples, "../schemas"), files };
}

interface Judged {
  readonly file: string;
  readonly failure?: string | undefined;
  readonly written?: Written;
}

function judge(folder: string, file: string): Judged {
  const bytes = readFileSync(join(folder, file));
  if (file.endsWith(".http")) return judgeHttp(file, bytes);
  const text = bytes.toString("utf8");
  if (file.endsWith(".xml")) return judgeXml(file, text, isExact(file));
  const name = file.slice(file.lastIndexOf("/") + 1);
  // Bodies that are one word, such as the id of a connection, are sent as they stand.
  if (file.endsWith(".txt")) return /^\S+$/.test(text) ? { file } : { file, failure: "not a word" };
  // What other servers say in JSON is none of the driver's business, but it has to be that.
  const failure = file.includes("oscars-1") ? judgeJson(name, text) : jsonFault(text);
  return { file, failure };
}

/**
 * Peers that were recorded have words of their own, faults come in more forms than one and what is
 * signed has marks of its signature: these are read and not repeated.
 */
function isExact(file: string): boolean {
  return !/recorded|quirk|fault|wssecurity/.test(file);
}

function judgeHttp(file: string, bytes: Buffer): Judged {
  const { headers, body } = parseHttp(bytes);
  const type = headers.get("content-type") ?? "";
  if (type.includes("xml")) return judgeXml(file, body, false);
  return { file, failure: type.includes("json") ? jsonFault(body) : undefined };
}

/** What keeps a text from being JSON. */
function jsonFault(text: string): string | undefined {
  return readJson(v.unknown(), text).match(
    () => undefined,
    ({ message }) => message,
  );
}

function judgeXml(file: string, text: string, isExactRequest: boolean): Judged {
  const again = regenerate(text);
  if (again.isErr()) return { file, failure: again.error };
  const { schema, text: written } = again.value;
  if (written === undefined) return { file };
  const [before, after] = [readXml(text), readXml(written)];
  if (before.isErr() || after.isErr()) return { file, failure: "what was written cannot be read" };
  if (isExactRequest && !sameMeaning(before.value, after.value))
    return { file, failure: firstDifference(before.value, after.value) };
  const isInvalidByDesign = file.includes("invalid-by-design");
  return isInvalidByDesign ? { file } : { file, written: { file, schema, text: written } };
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function main(): void {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      json: { type: "boolean" },
      hardened: { type: "boolean" },
      seed: { type: "string", default: "1" },
    },
  });
  const { DCNS_SHARED } = process.env;
  const shared = DCNS_SHARED ?? resolve(import.meta.dirname, "../../../shared");
  const data = values.data ?? resolve(shared, "data/wan");
  const plain = conformanceReport(data);
  const hardened = values.hardened ? hardenedReport(data, Number(values.seed)) : undefined;
  const report = { ...plain, ...(hardened === undefined ? {} : { hardened }) };
  const made = Object.values(hardened ?? {});
  const failed = [...plain.failed, ...made.flatMap((each) => each.failed)];
  const { unvalidated } = plain;
  if (values.json !== true) {
    for (const { file, reason } of failed) console.log(`FAILED ${file}: ${reason}`);
    if (unvalidated !== undefined)
      console.log(`NOT VALIDATED: ${unvalidated.files.length}, without ${unvalidated.missing}`);
    console.log(`${report.total} samples, ${report.passed} passed, ${report.validated} validated`);
    for (const [what, { total, failed: bad }] of Object.entries(hardened ?? {}))
      console.log(`${what}: ${total}, ${bad.length} failed`);
  } else console.log(JSON.stringify(report));
  // Samples may come without schemas; but who has schemas is not to believe that they were asked.
  const isUnasked = unvalidated?.missing === "xmllint";
  process.exitCode = report.total === 0 || failed.length > 0 || isUnasked ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) main();
