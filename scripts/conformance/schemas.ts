import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SOAP_1_2 } from "../../src/drivers/oscars/soap/envelope.ts";
import type { XmlElement } from "../../src/drivers/oscars/xml/element.ts";
import { readXml } from "../../src/drivers/oscars/xml/read-xml.ts";
import { writeXml } from "../../src/drivers/oscars/xml/write-xml.ts";
import type { SchemaKind } from "./judge-xml.ts";

/** A document that was written, and the sample it comes from. */
export interface Written {
  readonly file: string;
  readonly schema: SchemaKind;
  readonly text: string;
}

const schemaFiles: Readonly<Record<Exclude<SchemaKind, "none">, string>> = {
  nsi: "nsi/all-nsi.xsd",
  idcp: "idcp/all-idcp.xsd",
  discovery: "nsi/discovery/ogf_nsi_discovery_nsa_v1_0.xsd",
};

/** Thousands of documents have much to be complained of. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/** What documents cannot be judged without. */
export type Missing = "schemas" | "xmllint";

/** What is missing to judge documents by the schemas in this folder, if anything is. */
export function missingFor(schemas: string): Missing | undefined {
  if (!existsSync(schemas)) return "schemas";
  return hasXmllint() ? undefined : "xmllint";
}

/** Whether documents can be judged here: by xmllint, and by schemas in this folder. */
export function canValidate(schemas: string): boolean {
  return missingFor(schemas) === undefined;
}

/** Whether there is an xmllint to run. */
export function hasXmllint(): boolean {
  return spawnSync("xmllint", ["--version"]).error === undefined;
}

/** What the official schemas have against documents, by file. */
export function invalid(
  schemas: string,
  documents: readonly Written[],
): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "dcns-conformance-"));
  try {
    return new Map(
      Object.entries(schemaFiles).flatMap(([kind, schema]) => {
        const group = documents.filter((each) => each.schema === kind);
        return group.length === 0 ? [] : [...complaints(folder, join(schemas, schema), group)];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function complaints(
  folder: string,
  schema: string,
  documents: readonly Written[],
): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const [at, { file, schema: kind, text }] of documents.entries()) {
    const path = join(folder, `${kind}-${at}.xml`);
    writeFileSync(path, kind === "idcp" ? withoutEnvelope(text) : text);
    paths.set(path, file);
  }
  const catalog = join(schema.slice(0, schema.lastIndexOf("/schemas/") + 9), "catalog.xml");
  const { stderr } = spawnSync(
    "xmllint",
    ["--nonet", "--noout", "--schema", schema, ...paths.keys()],
    {
      encoding: "utf8",
      maxBuffer: MAX_OUTPUT,
      env: { ...process.env, XML_CATALOG_FILES: catalog },
    },
  );
  const bad = new Map<string, string>();
  for (const [path, file] of paths) {
    if (stderr.includes(`${path} validates`)) continue;
    const line = stderr.split("\n").find((each) => each.startsWith(`${path}:`));
    bad.set(file, `against the schema: ${line?.slice(path.length + 1) ?? stderr.slice(0, 200)}`);
  }
  return bad;
}

/** There is no schema of SOAP 1.2 beside the others: what stands in the body, or the detail, is judged. */
function withoutEnvelope(text: string): string {
  const root = readXml(text)._unsafeUnwrap();
  if (root.name !== "Envelope") return text;
  const inner = find(root, "Detail") ?? find(root, "Body");
  const [element] = inner?.children ?? [];
  return element === undefined ? text : writeXml(element, { [SOAP_1_2]: "soap" });
}

function find(element: XmlElement, name: string): XmlElement | undefined {
  if (element.name === name && element.namespace === SOAP_1_2) return element;
  for (const child of element.children) {
    const found = find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
