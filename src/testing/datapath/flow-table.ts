import type { FlowMod } from "../../drivers/openflow/wire/flow.ts";
import { type FieldValues, type FlowMatch, testedValues } from "./flow-match.ts";
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

/** When a flow's time is up, milliseconds since the epoch, and why; undefined without a timeout. */
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

/**
 * One flow table. Finding the flow for a packet is a tuple space search (Srinivasan, Suri,
 * Varghese, SIGCOMM 1999), as in Open vSwitch: one look-up for each shape of match, however many
 * flows.
 */
export class FlowTable implements Iterable<FlowEntry> {
  /** By the shapes of their matches. */
  readonly #shapes = new Map<string, Shape>();
  /** Controllers read and change what is theirs by its cookie. */
  readonly #byCookie = new Map<bigint, Set<FlowEntry>>();
  /** All of them, in the order in which they came. */
  readonly #all = new Set<FlowEntry>();
  lookups = 0;
  hits = 0;

  get size(): number {
    return this.#all.size;
  }

  /** The entry with exactly this match and priority. */
  find(match: FlowMatch, priority: number): FlowEntry | undefined {
    const rivals = this.#shapes.get(match.shape)?.flows.get(match.wanted);
    return rivals?.find((flow) => flow.priority === priority);
  }

  /** Adds an entry, in place of the one with the same match and priority. */
  put(flow: FlowEntry): void {
    const { match } = flow;
    this.delete(flow);
    const shape: Shape = this.#shapes.get(match.shape) ?? { example: match, flows: new Map() };
    const rivals = shape.flows.get(match.wanted) ?? [];
    const sorted = [...rivals, flow].sort((a, b) => b.priority - a.priority);
    shape.flows.set(match.wanted, sorted);
    this.#shapes.set(match.shape, shape);
    const alike = this.#byCookie.get(flow.cookie) ?? new Set();
    this.#byCookie.set(flow.cookie, alike.add(flow));
    this.#all.add(flow);
  }

  /** Takes the entry with this one's match and priority away, if it is there. */
  delete({ match, priority }: FlowEntry): void {
    const shape = this.#shapes.get(match.shape);
    const rivals = shape?.flows.get(match.wanted);
    const gone = rivals?.find((flow) => flow.priority === priority);
    if (shape === undefined || rivals === undefined || gone === undefined) return;
    const others = rivals.filter((flow) => flow !== gone);
    this.#all.delete(gone);
    const alike = this.#byCookie.get(gone.cookie);
    alike?.delete(gone);
    if (alike?.size === 0) this.#byCookie.delete(gone.cookie);
    if (others.length > 0) shape.flows.set(match.wanted, others);
    else shape.flows.delete(match.wanted);
    if (shape.flows.size === 0) this.#shapes.delete(match.shape);
  }

  /** The entries whose cookies have in the bits of `mask` what `cookie` has there. */
  withCookie(cookie: bigint, mask: bigint): readonly FlowEntry[] {
    if (mask === 0n) return [...this.#all];
    if (mask === WHOLE_COOKIE) return [...(this.#byCookie.get(cookie) ?? [])];
    const found: FlowEntry[] = [];
    for (const [one, flows] of this.#byCookie) {
      if (((one ^ cookie) & mask) === 0n) for (const flow of flows) found.push(flow);
    }
    return found;
  }

  /** The matching entry of the highest priority; which of several of them, OpenFlow leaves open. */
  lookup(values: FieldValues): FlowEntry | undefined {
    let best: FlowEntry | undefined;
    for (const { example, flows } of this.#shapes.values()) {
      const [found] = flows.get(testedValues(example, values)) ?? [];
      if (found !== undefined && found.priority > (best?.priority ?? -1)) best = found;
    }
    this.lookups += 1;
    if (best !== undefined) this.hits += 1;
    return best;
  }

  [Symbol.iterator](): Iterator<FlowEntry> {
    return this.#all.values();
  }
}

const WHOLE_COOKIE = 0xffff_ffff_ffff_ffffn;

/** Flows whose matches have one shape: by what they want, the highest priority first. */
interface Shape {
  readonly example: FlowMatch;
  readonly flows: Map<string, readonly FlowEntry[]>;
}
