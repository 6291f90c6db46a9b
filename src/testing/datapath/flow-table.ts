import type { FlowMod } from "../../drivers/openflow/wire/flow.ts";
import { type FieldValues, type FlowMatch, matches } from "./flow-match.ts";
import type { Program } from "./program.ts";

/** A flow entry. What identifies it never changes; the rest is what modify and traffic change. */
export interface FlowEntry {
  readonly table: number;
  readonly priority: number;
  readonly match: FlowMatch;
  readonly cookie: bigint;
  readonly flags: number;
  readonly idleTimeoutS: number;
  readonly hardTimeoutS: number;
  readonly createdMs: number;
  program: Program;
  usedMs: number;
  packets: number;
  bytes: number;
}

/** A flow entry as a flow-mod asks for it. */
export function flowEntry(
  mod: FlowMod,
  parts: { readonly match: FlowMatch; readonly program: Program; readonly nowMs: number },
): FlowEntry {
  return {
    table: mod.table,
    priority: mod.priority,
    match: parts.match,
    cookie: mod.cookie,
    flags: mod.flags,
    idleTimeoutS: mod.idleTimeoutS,
    hardTimeoutS: mod.hardTimeoutS,
    createdMs: parts.nowMs,
    program: parts.program,
    usedMs: parts.nowMs,
    packets: 0,
    bytes: 0,
  };
}

/** When a flow's time is up, milliseconds since the epoch, and why; undefined when it has no timeout. */
export function flowExpiry(
  flow: FlowEntry,
): { readonly atMs: number; readonly reason: "idle-timeout" | "hard-timeout" } | undefined {
  const hardMs = flow.hardTimeoutS === 0 ? Infinity : flow.createdMs + 1000 * flow.hardTimeoutS;
  const idleMs = flow.idleTimeoutS === 0 ? Infinity : flow.usedMs + 1000 * flow.idleTimeoutS;
  if (hardMs === Infinity && idleMs === Infinity) return undefined;
  return hardMs <= idleMs
    ? { atMs: hardMs, reason: "hard-timeout" }
    : { atMs: idleMs, reason: "idle-timeout" };
}

/** One flow table: entries by match and priority, the highest priority first. */
export class FlowTable implements Iterable<FlowEntry> {
  readonly #byIdentity = new Map<string, FlowEntry>();
  /** Sorted by descending priority; undefined after a change, until the next lookup. */
  #sorted: readonly FlowEntry[] | undefined;
  lookups = 0;
  hits = 0;

  get size(): number {
    return this.#byIdentity.size;
  }

  /** The entry with exactly this match and priority. */
  find(match: FlowMatch, priority: number): FlowEntry | undefined {
    return this.#byIdentity.get(identityOf(match, priority));
  }

  /** Adds an entry, in place of the one with the same match and priority. */
  put(flow: FlowEntry): void {
    this.#byIdentity.set(identityOf(flow.match, flow.priority), flow);
    this.#sorted = undefined;
  }

  delete(flow: FlowEntry): void {
    this.#byIdentity.delete(identityOf(flow.match, flow.priority));
    this.#sorted = undefined;
  }

  /** The matching entry of the highest priority; among equals the oldest, where 1.3 leaves it open. */
  lookup(values: FieldValues): FlowEntry | undefined {
    this.#sorted ??= [...this.#byIdentity.values()].sort((a, b) => b.priority - a.priority);
    this.lookups += 1;
    const flow = this.#sorted.find((candidate) => matches(candidate.match, values));
    if (flow !== undefined) this.hits += 1;
    return flow;
  }

  [Symbol.iterator](): Iterator<FlowEntry> {
    return this.#byIdentity.values();
  }
}

function identityOf(match: FlowMatch, priority: number): string {
  return `${priority}/${match.key}`;
}
