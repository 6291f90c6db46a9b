import type { GroupDesc } from "../wire/group.ts";
import type { MeterConfig } from "../wire/meter.ts";
import type { FlowEntry } from "./program.ts";
import { type NodeProgram, sameFlow, sameGroup, sameMeter } from "./program.ts";

/** What is to be made, changed and removed to get from one set of items to another. */
export interface Changes<T> {
  readonly missing: readonly T[];
  /** As they should be. */
  readonly differing: readonly T[];
  readonly excess: readonly T[];
}

/** In what two programs of one switch and one network differ. */
export interface ProgramDiff {
  readonly flows: Changes<FlowEntry>;
  readonly groups: Changes<GroupDesc>;
  readonly meters: Changes<MeterConfig>;
  /** Cookies under which there are learned entries that should be gone. */
  readonly unlearned: readonly bigint[];
}

/** Compares what a switch holds with what it should. What it has learned and may have learned is right. */
export function diffPrograms(installed: NodeProgram, wanted: NodeProgram): ProgramDiff {
  return {
    flows: changes(installed.flows, wanted.flows, sameFlow),
    groups: changes(installed.groups, wanted.groups, sameGroup),
    meters: changes(installed.meters, wanted.meters, sameMeter),
    unlearned: [...installed.learned].filter((cookie) => !wanted.learned.has(cookie)),
  };
}

/** Whether a switch holds exactly what it should. */
export function isEmptyDiff(diff: ProgramDiff): boolean {
  return sizeOfDiff(diff) === 0;
}

/** All that is to be made, changed or removed. */
export function itemsOf<T>({ missing, differing, excess }: Changes<T>): readonly T[] {
  return [...missing, ...differing, ...excess];
}

/** How many items a difference makes, changes and removes. */
export function sizeOfDiff({ flows, groups, meters, unlearned }: ProgramDiff): number {
  return sizeOf(flows) + sizeOf(groups) + sizeOf(meters) + unlearned.length;
}

function sizeOf({ missing, differing, excess }: Changes<unknown>): number {
  return missing.length + differing.length + excess.length;
}

/** The differences of several networks of one switch as one. */
export function mergeDiffs(diffs: readonly ProgramDiff[]): ProgramDiff {
  return {
    flows: mergeChanges(diffs.map(({ flows }) => flows)),
    groups: mergeChanges(diffs.map(({ groups }) => groups)),
    meters: mergeChanges(diffs.map(({ meters }) => meters)),
    unlearned: diffs.flatMap(({ unlearned }) => unlearned),
  };
}

function mergeChanges<T>(all: readonly Changes<T>[]): Changes<T> {
  return {
    missing: all.flatMap(({ missing }) => missing),
    differing: all.flatMap(({ differing }) => differing),
    excess: all.flatMap(({ excess }) => excess),
  };
}

function changes<Key, T>(
  installed: ReadonlyMap<Key, T>,
  wanted: ReadonlyMap<Key, T>,
  same: (a: T, b: T) => boolean,
): Changes<T> {
  if (installed.size === 0 && wanted.size === 0) return NO_CHANGES;
  const missing: T[] = [];
  const differing: T[] = [];
  for (const [key, item] of wanted) {
    const held = installed.get(key);
    if (held === undefined) missing.push(item);
    else if (!same(held, item)) differing.push(item);
  }
  const excess: T[] = [];
  // Otherwise there is nothing but what is wanted.
  if (installed.size > wanted.size - missing.length) {
    for (const [key, item] of installed) if (!wanted.has(key)) excess.push(item);
  }
  return { missing, differing, excess };
}

const NO_CHANGES: Changes<never> = { missing: [], differing: [], excess: [] };
