import { err, ok, type Result } from "neverthrow";
import * as v from "valibot";
import type { Fault, InvalidTopology } from "../model/errors.ts";
import { readOutline } from "./outline.ts";
import { findReferenceFaults, type Misfit } from "./references.ts";
import { type CheckedDocument, describeIssue, topologySchema } from "./schema.ts";
import { findSharedPortFaults } from "./shared-ports.ts";

/**
 * Checks every value of a document, then what its parts say of each other; finds every fault. How links share ports
 * is looked at when nothing else is wrong.
 */
export function checkDocument(document: unknown): Result<CheckedDocument, InvalidTopology> {
  const shape = v.safeParse(topologySchema(), document, SETTINGS);
  const outline = shape.typed ? shape.output : readOutline(shape.output);
  const misfits = [...(shape.issues ?? []).map(toMisfit), ...findReferenceFaults(outline)];
  const isSound = shape.success && misfits.length === 0;
  const found = isSound ? findSharedPortFaults(shape.output) : misfits;
  const faults = found.map((fault): Fault => ({ ...fault, value: valueAt(document, fault.path) }));
  return shape.success && faults.length === 0
    ? ok(shape.output)
    : err({ type: "invalid-topology", faults });
}

/** One fault for each value is enough: the checks of a value go from coarse to fine. */
const SETTINGS = { abortPipeEarly: true, message: describeIssue };

function toMisfit({ path, message }: v.BaseIssue<unknown>): Misfit {
  const keys = path?.map(({ key }) => (typeof key === "number" ? key : String(key)));
  return { path: keys ?? [], message };
}

function valueAt(document: unknown, path: Fault["path"]): unknown {
  return path.reduce(
    (value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined),
    document,
  );
}
