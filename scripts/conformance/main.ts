import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readXml } from "../../src/drivers/oscars/xml/read-xml.ts";
import { parseHttp } from "./http-message.ts";
import { judgeJson } from "./judge-json.ts";
import { regenerate } from "./judge-xml.ts";
import { firstDifference, sameMeaning } from "./meaning.ts";
import { canValidate, invalid, type Written } from "./schemas.ts";

/** What came of all samples of a folder; the last line of the output. */
export interface ConformanceReport {
  readonly total: number;
  readonly passed: number;
  readonly failed: readonly Failure[];
  /** How many documents that were written an official schema has judged. */
  readonly validated: number;
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
  const samples = existsSync(join(folder, "samples")) ? join(folder, "samples") : folder;
  const schemas = resolve(samples, "../schemas");
  const files = filesBelow(samples).filter(
    (file) => /\.(xml|json|http|txt)$/.test(file) && !/README/.test(file),
  );
  const judged = files.map((file) => judge(samples, file));
  const documents = judged.flatMap(({ written }) => written ?? []);
  const complaints = canValidate(schemas) ? invalid(schemas, documents) : undefined;
  const failed = judged.flatMap(({ file, failure }): Failure[] => {
    const reason = failure ?? complaints?.get(file);
    return reason === undefined ? [] : [{ file, reason }];
  });
  return {
    total: files.length,
    passed: files.length - failed.length,
    failed,
    validated: complaints === undefined ? 0 : documents.filter((d) => d.schema !== "none").length,
  };
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
  const isOurs = file.includes("oscars-1");
  const failure = isOurs ? judgeJson(name, text) : undefined;
  return { file, failure: failure?.isErr() ? failure.error : undefined };
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
  return { file };
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
    options: { data: { type: "string" }, json: { type: "boolean" } },
  });
  const { DCNS_SHARED } = process.env;
  const shared = DCNS_SHARED ?? resolve(import.meta.dirname, "../../../shared");
  const report = conformanceReport(values.data ?? resolve(shared, "data/wan"));
  if (values.json !== true) {
    for (const { file, reason } of report.failed) console.log(`FAILED ${file}: ${reason}`);
    console.log(`${report.total} samples, ${report.passed} passed, ${report.validated} validated`);
  } else console.log(JSON.stringify(report));
  process.exitCode = report.total === 0 || report.failed.length > 0 ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) main();
