import { type Clock, steadyMs } from "../../../model/clock.ts";
import type { FrameCount } from "../../../model/frame-count.ts";
import { type NodeProgram, sameMeter } from "../compile/program.ts";
import { countedThereForMs, type DeliveryReadings, deliveredTo, metersCount } from "./delivered.ts";
import {
  type ExitPlace,
  exitKey,
  type Feed,
  type Feeds,
  feedsOf,
  isClear,
  metersOfOwn,
} from "./feeds.ts";

/** What left by an exit, and for how long that has been counted, in milliseconds. */
export interface Sent {
  readonly sent: FrameCount;
  readonly sentForMs: number;
}

/**
 * How long after a change flows may still count frames from before it, in milliseconds: Open vSwitch
 * brings its counters up to date within a second.
 */
const SETTLED_AFTER_MS = 2_000;

/** What a network is known to have at a node, and since when. */
export interface Standing {
  readonly program: NodeProgram;
  readonly history: DeliveryHistory;
  /** Of the history. */
  readonly version: number;
}

/** Whether nothing has happened between the two. */
export function isSameStanding(before: Standing | undefined, after: Standing | undefined): boolean {
  return before?.history === after?.history && before?.version === after?.version;
}

/** From when on the counters of the flows that hand frames to an exit say what left there. */
type Since =
  /** They began with what they count now. */
  | { readonly type: "beginning" }
  /** They have counted something else as well, until then. */
  | { readonly type: "change"; readonly atMs: number }
  /** They said this when it had been so for a while. */
  | { readonly type: "base"; readonly atMs: number; readonly count: FrameCount };

/** A change of what a switch holds. */
interface Step {
  readonly held: NodeProgram;
  readonly wanted: NodeProgram;
  readonly since: Since;
}

/** After more changes than this that nobody asked about, everything is counted anew. */
const MAX_STEPS = 8;

/**
 * Since when a switch's counters say what a network has handed to each exit.
 *
 * Flows keep their counters when what they do changes, and meters begin theirs anew: what such have
 * counted belongs to an exit only where they always handed to it what they hand now. What has changed
 * there is counted from the first reading after it on.
 */
export class DeliveryHistory {
  readonly #clock: Clock;
  /** Of exits that are not in `#since`. */
  #otherwise: Since;
  readonly #since = new Map<string, Since>();
  readonly #last = new Map<string, FrameCount>();
  /** Changes that nobody has asked about yet: what they mean takes time to find out, and mostly nobody does. */
  readonly #steps: Step[] = [];
  /** Whether the switch holds what it was seen to hold, is being changed from that, or neither is known. */
  #state: "certain" | "changing" | "doubtful" = "certain";
  #version = 0;

  /** Of a network of which nothing is known. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#otherwise = this.#changeNow();
  }

  /** Another number after every change. */
  get version(): number {
    return this.#version;
  }

  /** The switch was seen to hold something else than it was known to. */
  doubt(): void {
    this.#state = "doubtful";
    this.#version += 1;
  }

  /** The switch is brought from what it holds to what is wanted, which may be the same. */
  change(held: NodeProgram, wanted: NodeProgram, isSame: boolean): void {
    if (isSame && this.#state === "certain") return;
    this.#version += 1;
    if (held.flows.size === 0) this.#restart({ type: "beginning" });
    else if (this.#state === "certain") this.#note({ held, wanted, since: this.#changeNow() });
    else this.#restart(this.#changeNow());
    this.#state = "changing";
  }

  /** The switch was seen to hold what is wanted. */
  confirm(): void {
    if (this.#state === "doubtful") this.#restart(this.#changeNow());
    this.#state = "certain";
  }

  /** What left by an exit; undefined where that is not known. */
  sentTo(exit: ExitPlace, readings: DeliveryReadings): Sent | undefined {
    for (const step of this.#steps.splice(0)) this.#take(step);
    const key = exitKey(exit);
    const count = deliveredTo(exit, readings);
    if (count === undefined) return undefined;
    const last = this.#last.get(key);
    if (last !== undefined && isLess(count, last)) this.#since.set(key, this.#changeNow());
    this.#last.set(key, count);
    const nowMs = steadyMs(this.#clock);
    const since = this.#since.get(key) ?? this.#otherwise;
    switch (since.type) {
      case "beginning":
        if (!metersCount(exit, readings)) return undefined;
        return { sent: count, sentForMs: countedThereForMs(exit, readings) };
      case "change":
        if (nowMs - since.atMs < SETTLED_AFTER_MS) return undefined;
        this.#since.set(key, { type: "base", atMs: nowMs, count });
        return { sent: less(count, count), sentForMs: 0 };
      case "base":
        return { sent: less(count, since.count), sentForMs: nowMs - since.atMs };
    }
  }

  #changeNow(): Since {
    return { type: "change", atMs: steadyMs(this.#clock) };
  }

  #note(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length > MAX_STEPS) this.#restart(step.since);
  }

  #restart(since: Since): void {
    this.#otherwise = since;
    this.#steps.length = 0;
    this.#since.clear();
    this.#last.clear();
  }

  #take({ held, wanted, since }: Step): void {
    const before = { program: held, feeds: feedsOf(held) };
    const after = { program: wanted, feeds: feedsOf(wanted) };
    for (const exit of new Set([...before.feeds.at.keys(), ...after.feeds.at.keys()])) {
      if (goesOn(exit, before, after)) continue;
      this.#last.delete(exit);
      if (after.feeds.at.has(exit)) this.#since.set(exit, since);
      else this.#since.delete(exit);
    }
  }
}

/** What a switch holds for a network, at one time. */
interface Holding {
  readonly program: NodeProgram;
  readonly feeds: Feeds;
}

/**
 * Whether counters go on saying what leaves by an exit: all flows that handed frames to it still do, past the same
 * meters, and those that do too now, and their meters, are new.
 */
function goesOn(exit: string, before: Holding, after: Holding): boolean {
  const old = before.feeds.at.get(exit) ?? [];
  const now = after.feeds.at.get(exit) ?? [];
  const oldMeters = new Map(old.map(({ flow, meter }) => [flow, meter]));
  const isKept = ({ flow, meter }: Feed): boolean =>
    oldMeters.has(flow) && oldMeters.get(flow) === meter;
  const [kept, added] = [now.filter(isKept), now.filter((feed) => !isKept(feed))];
  if (kept.length < old.length || !isClear(before.feeds, exit)) return false;
  const meters = metersIn(kept);
  const isNew = ({ flow, meter }: Feed): boolean =>
    !before.program.flows.has(flow) &&
    (meter === undefined || meters.has(meter) || !before.program.meters.has(meter));
  const [oldOwn, own] = [metersOfOwn(before.feeds, exit), metersOfOwn(after.feeds, exit)];
  const goOn = [...meters].every((meter) => oldOwn.has(meter) === own.has(meter));
  // What meters of earlier tables have dropped counts for what is counted by flows.
  const isByMeters = now.every(({ meter }) => meter !== undefined && own.has(meter));
  const lasting = isByMeters ? meters : before.feeds.policed.keys();
  return goOn && added.every(isNew) && [...lasting].every((each) => isSame(each, before, after));
}

function metersIn(feeds: readonly Feed[]): ReadonlySet<number> {
  return new Set(feeds.flatMap(({ meter }) => meter ?? []));
}

/** A meter that is changed begins to count anew. */
function isSame(meter: number, before: Holding, after: Holding): boolean {
  const old = before.program.meters.get(meter);
  const now = after.program.meters.get(meter);
  return old !== undefined && now !== undefined && sameMeter(old, now);
}

function isLess(a: FrameCount, b: FrameCount): boolean {
  return a.frames < b.frames || a.bytes < b.bytes;
}

function less(a: FrameCount, b: FrameCount): FrameCount {
  return { frames: a.frames - b.frames, bytes: a.bytes - b.bytes };
}
