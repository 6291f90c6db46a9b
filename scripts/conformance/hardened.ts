import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { SOAP_1_1, SOAP_1_2 } from "../../src/drivers/oscars/soap/envelope.ts";
import type { XmlElement } from "../../src/drivers/oscars/xml/element.ts";
import { readXml } from "../../src/drivers/oscars/xml/read-xml.ts";
import { writeXml } from "../../src/drivers/oscars/xml/write-xml.ts";
import { seededRandom } from "../../src/testing/random.ts";
import { SchemaInstances } from "./instances.ts";
import { readSample } from "./judge-json.ts";
import { regenerate, type SchemaKind } from "./judge-xml.ts";
import type { Failure } from "./main.ts";
import { firstDifference, sameMeaning } from "./meaning.ts";
import { invalid } from "./schemas.ts";
import { FOREIGN, variantsOf, withoutForeign, withoutOne } from "./variants.ts";

/** What came of documents that were made, by the driver's models. */
export interface HardeningReport {
  readonly total: number;
  readonly failed: readonly Failure[];
}

/** Every sample in every other way to write it: the driver has to read the same from each. */
export function variantsReport(samples: string, files: readonly string[]): HardeningReport {
  const reports = files.flatMap((file) => {
    const text = readFileSync(join(samples, file), "utf8");
    if (file.endsWith(".xml")) return [xmlVariants(file, text)];
    return file.includes("oscars-1") && file.endsWith(".json") ? [jsonVariants(file, text)] : [];
  });
  return combined(reports);
}

function xmlVariants(file: string, text: string): HardeningReport {
  const root = readXml(text)._unsafeUnwrap();
  const base = regenerate(text)._unsafeUnwrap().text;
  const variants = variantsOf(root);
  const failed = variants.flatMap(({ what, text: variant }): Failure[] => {
    const again = regenerate(variant);
    if (again.isErr()) return [{ file, reason: `${what}: ${again.error}` }];
    const difference = differenceOf(base, again.value.text);
    return difference === undefined ? [] : [{ file, reason: `${what}: ${difference}` }];
  });
  return { total: variants.length, failed };
}

function differenceOf(base: string | undefined, again: string | undefined): string | undefined {
  if (base === undefined || again === undefined) return undefined;
  const [left, right] = [base, again].map((each) => withoutForeign(readXml(each)._unsafeUnwrap()));
  if (left === undefined || right === undefined || sameMeaning(left, right)) return undefined;
  return firstDifference(left, right);
}

/** Whatever the schemas let be left out of a sample, the driver has to do without. */
export function reducedReport(
  samples: string,
  schemas: string,
  files: readonly string[],
): HardeningReport {
  const reduced = files
    .filter((file) => file.endsWith(".xml") && !/invalid-by-design|recorded|quirk|wssec/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(samples, file), "utf8");
      const { schema } = regenerate(text)._unsafeUnwrap();
      if (schema === "none") return [];
      return withoutOne(readXml(text)._unsafeUnwrap()).map((each, at) => ({
        ...{ ...each, schema, name: file, file: `${file}#${at}` },
      }));
    });
  const complaints = invalid(schemas, reduced);
  const allowed = reduced.filter(({ file }) => !complaints.has(file));
  const failed = allowed.flatMap(({ name, what, root, text }): Failure[] => {
    const reason = lossOf(root, text);
    return reason === undefined ? [] : [{ file: name, reason: `${what}: ${reason}` }];
  });
  return { total: allowed.length, failed };
}

/** What of a document does not come out of the driver's model as it went in. */
function lossOf(root: XmlElement, text: string): string | undefined {
  const again = regenerate(text);
  if (again.isErr()) return again.error;
  if (again.value.text === undefined) return undefined;
  const written = readXml(again.value.text)._unsafeUnwrap();
  return sameMeaning(root, written) ? undefined : firstDifference(root, written);
}

const NSI = "http://schemas.ogf.org/nsi/2013/12/";
const nsiSchemas = [
  ...[
    ...["connection_types", "framework_headers", "framework_types", "services_types"],
    ...["services_p2p", "services_definition"],
  ].map((name) => `nsi/ogf_nsi_${name}_v2_0.xsd`),
  "nsi/saml-schema-assertion-2.0.xsd",
];
const idcpSchemas = [
  ...["api/OSCARS-0.6.xsd", "api/OSCARS-0.5.xsd", "authParams.xsd", "common.xsd"],
  ...["nmtopo-ctrlp.xsd", "saml-schema-assertion-2.0.xsd"],
].map((name) => `idcp/${name}`);
const OSCARS = "http://oscars.es.net/OSCARS";

/** What only servers say to one another, and parts that are no messages. */
const notOurs =
  /^(interDomainEvent|forward|forwardResponse|subscriptionId|publisherRegistrationId|reservationResource|serviceException|\w+Fault)$/;

/** Messages of every type that the schemas have, made by chance: `each` of every type. */
export function instancesReport(schemas: string, seed: number, each: number): HardeningReport {
  const random = seededRandom(seed);
  const nsi = new SchemaInstances(
    nsiSchemas.map((file) => join(schemas, file)),
    random,
  );
  const idcp = new SchemaInstances(
    idcpSchemas.map((file) => join(schemas, file)),
    random,
  );
  const made = [
    ...messagesOf(nsi, `${NSI}connection/types`, each).map((body) => {
      const header = nsi.element(`${NSI}framework/headers`, "nsiHeader");
      return { schema: "nsi" as const, root: enveloped(SOAP_1_1, [header], body) };
    }),
    ...[OSCARS, `${OSCARS}/06`].flatMap((namespace) =>
      messagesOf(idcp, namespace, each).map((body) => {
        return { schema: "idcp" as const, root: enveloped(SOAP_1_2, [], body) };
      }),
    ),
  ].map(({ schema, root }, at) => ({
    ...{ schema: schema as SchemaKind, root, text: writeXml(root, {}) },
    file: `instance ${at}: ${root.children[1]?.children[0]?.name}`,
  }));
  const complaints = invalid(schemas, made);
  const failed = made.flatMap(({ file, root, text }): Failure[] => {
    const complaint = complaints.get(file);
    if (complaint !== undefined) return [{ file, reason: `made wrong, ${complaint}` }];
    const reason = lossOf(root, text);
    return reason === undefined ? [] : [{ file, reason }];
  });
  return { total: made.length, failed };
}

function messagesOf(
  instances: SchemaInstances,
  namespace: string,
  each: number,
): readonly XmlElement[] {
  return instances
    .elementsOf(namespace)
    .filter((name) => !notOurs.test(name))
    .flatMap((name) => Array.from({ length: each }, () => instances.element(namespace, name)));
}

function enveloped(soap: string, header: readonly XmlElement[], body: XmlElement): XmlElement {
  const part = (name: string, children: readonly XmlElement[]): XmlElement => ({
    ...{ namespace: soap, name, attributes: [], children, text: "" },
  });
  return part("Envelope", [part("Header", header), part("Body", [body])]);
}

function jsonVariants(file: string, text: string): HardeningReport {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const base = readSample(name, text)._unsafeUnwrap();
  const value: unknown = JSON.parse(text);
  const variants: readonly (readonly [string, string])[] = [
    ["white space", JSON.stringify(value, undefined, "\t\r\n ")],
    ["no white space", JSON.stringify(value)],
    ["properties in another order", JSON.stringify(backwards(value))],
    ["unknown properties", JSON.stringify(withUnknown(value, false))],
    ["escapes", escapedJson(text)],
  ];
  const failed = variants.flatMap(([what, variant]): Failure[] => {
    const again = readSample(name, variant);
    if (again.isErr()) return [{ file, reason: `${what}: ${again.error}` }];
    return isDeepStrictEqual(again.value, base) ? [] : [{ file, reason: `${what}: other meaning` }];
  });
  return { total: variants.length, failed };
}

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, backwards(inner)]),
  );
}

/** Objects in lists have properties that are known; others may be maps, in which every name counts. */
function withUnknown(value: unknown, isInList: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => withUnknown(each, true));
  if (value === null || typeof value !== "object") return value;
  const inner = Object.entries(value).map(([key, each]) => [key, withUnknown(each, false)]);
  return Object.fromEntries(isInList ? [...inner, [FOREIGN, { extension: [1] }]] : inner);
}

function escapedJson(text: string): string {
  return text.replace(
    /[a-z](?=[^"]*"\s*:)/g,
    (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`,
  );
}

function combined(reports: readonly HardeningReport[]): HardeningReport {
  return {
    total: reports.reduce((sum, { total }) => sum + total, 0),
    failed: reports.flatMap(({ failed }) => failed),
  };
}
