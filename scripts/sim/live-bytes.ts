import { text } from "node:stream/consumers";
import { getHeapSnapshot } from "node:v8";
import * as v from "valibot";

const heapSnapshot = v.object({
  snapshot: v.object({
    meta: v.object({
      node_fields: v.array(v.string()),
      // The names of the types, and then how each further field is to be read.
      node_types: v.tupleWithRest([v.array(v.string())], v.unknown()),
    }),
  }),
  // Millions of numbers: none is looked at that is not needed.
  nodes: v.custom<readonly unknown[]>(Array.isArray),
});

/** What V8 keeps of functions, and of what they were called with: it comes with use, for days. */
const OF_CODE: readonly string[] = ["code", "hidden", "object shape"];

/**
 * How many bytes the program keeps alive, buffers included, but no code: what is compiled, and
 * what the compiler has seen, goes on growing in a program that keeps nothing.
 */
export async function liveBytes(): Promise<number> {
  const parsed: unknown = JSON.parse(await text(getHeapSnapshot()));
  const { snapshot, nodes } = v.parse(heapSnapshot, parsed);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [typeAt, sizeAt] = [fields.indexOf("type"), fields.indexOf("self_size")];
  const isCode = types[0].map((type) => OF_CODE.includes(type));
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (isCode[Number(nodes[at + typeAt])] !== true) bytes += Number(nodes[at + sizeAt]);
  }
  return bytes;
}
