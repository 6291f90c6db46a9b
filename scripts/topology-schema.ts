import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { topologySchema } from "../src/topology/schema.ts";

/** The JSON Schema of topology documents: what they look like, without what refers to what. */
export function topologyJsonSchema(): JsonSchema {
  const schema = toJsonSchema(topologySchema(), {
    typeMode: "input",
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema.type === "object_with_rest"
        ? { ...jsonSchema, additionalProperties: false }
        : undefined,
    overrideAction: ({ valibotAction, jsonSchema }) =>
      "requirement" in valibotAction && valibotAction.requirement instanceof RegExp
        ? { ...jsonSchema, pattern: valibotAction.requirement.source }
        : undefined,
  });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "DCNS topology, format dcns-topology/1",
    ...schema,
  };
}

const target = process.argv[2];
if (process.argv[1] === import.meta.filename && target !== undefined) {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${JSON.stringify(topologyJsonSchema(), null, 2)}\n`);
}
