import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { topologyJsonSchema } from "../../scripts/topology-schema.ts";
import { topologyDocuments } from "./arbitrary-document.ts";
import { designDocument } from "./design-document.ts";

/** The keywords of JSON Schema draft 7 that a topology's schema may use. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const KEYWORDS = new Set([
  ...["$schema", "title", "description", "default", "type", "const", "enum", "anyOf", "properties"],
  ...["required", "additionalProperties", "items", "pattern", "minLength", "maxLength"],
  ...["minimum", "maximum"],
]);

function accepts(schema: Schema, value: unknown): boolean {
  const unknownKeyword = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
  if (unknownKeyword !== undefined) throw new Error(`${unknownKeyword} is not understood here`);
  return (
    (schema.type === undefined || hasType(schema.type, value)) &&
    (schema.const === undefined || schema.const === value) &&
    (schema.enum === undefined || schema.enum.includes(value)) &&
    (schema.anyOf === undefined || schema.anyOf.some((option) => accepts(option, value))) &&
    (typeof value !== "string" || acceptsText(schema, value)) &&
    (typeof value !== "number" || acceptsNumber(schema, value)) &&
    (!Array.isArray(value) || value.every((item) => accepts(schema.items ?? {}, item))) &&
    (!hasType("object", value) || acceptsObject(schema, new Map(Object.entries(value ?? {}))))
  );
}

function hasType(type: string, value: unknown): boolean {
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return value instanceof Object && !Array.isArray(value);
  return typeof value === type;
}

function acceptsText(schema: Schema, text: string): boolean {
  return (
    (schema.pattern === undefined || new RegExp(schema.pattern, "u").test(text)) &&
    text.length >= (schema.minLength ?? 0) &&
    text.length <= (schema.maxLength ?? Number.POSITIVE_INFINITY)
  );
}

function acceptsNumber({ minimum, maximum }: Schema, value: number): boolean {
  return value >= (minimum ?? value) && value <= (maximum ?? value);
}

function acceptsObject(schema: Schema, entries: ReadonlyMap<string, unknown>): boolean {
  const properties = new Map(Object.entries(schema.properties ?? {}));
  return (
    (schema.required ?? []).every((key) => entries.has(key)) &&
    [...entries].every(([key, value]) => {
      const property = properties.get(key);
      return property === undefined
        ? schema.additionalProperties !== false
        : accepts(property, value);
    })
  );
}

const schema = JSON.parse(JSON.stringify(topologyJsonSchema())) as Schema;

describe("the JSON Schema of topology documents", () => {
  test("accepts the document of the design", () => {
    expect(accepts(schema, designDocument)).toBe(true);
  });

  test("accepts any valid document", () => {
    fc.assert(
      fc.property(topologyDocuments, (document) => {
        expect(accepts(schema, document)).toBe(true);
      }),
    );
  });

  const [node] = designDocument.nodes;
  const [link] = designDocument.links ?? [];
  const [host] = designDocument.hosts ?? [];
  test.each([
    ["another format", { format: "dcns-topology/2" }],
    ["no nodes", { nodes: undefined }],
    ["an unknown key", { colour: "blue" }],
    ["an unknown key in a node", { nodes: [{ ...node, colour: "blue" }] }],
    ["an unknown key in a port", { nodes: [{ ...node, ports: [{ id: "1", vlan: 7 }] }] }],
    ["a colon in a node's id", { nodes: [{ ...node, id: "s:1" }] }],
    ["white space in an id", { domains: [{ id: "a b", driver: "openflow" }] }],
    ["a malformed datapath id", { nodes: [{ ...node, datapathId: "1" }] }],
    ["an OpenFlow number of zero", { nodes: [{ ...node, ports: [{ id: "1", ofPort: 0 }] }] }],
    ["a link without capacity", { links: [{ id: "x", a: "s1:1", b: "s2:1" }] }],
    ["a negative metric", { links: [{ ...link, metric: -1 }] }],
    ["another tagging", { hosts: [{ ...host, tagging: "both" }] }],
  ])("refuses %s", (_, change) => {
    const document = JSON.parse(JSON.stringify({ ...designDocument, ...change }));
    expect(accepts(schema, document)).toBe(false);
  });
});
