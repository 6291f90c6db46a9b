import { err, ok, type Result } from "neverthrow";
import type { Action } from "../../drivers/openflow/wire/action.ts";
import {
  GROUP_ALL,
  GROUP_ANY,
  GROUP_MAX,
  PORT_ANY,
} from "../../drivers/openflow/wire/constants.ts";
import type { Bucket, GroupMod, GroupType } from "../../drivers/openflow/wire/group.ts";
import { checkActions } from "./action-check.ts";
import { inExecutionOrder, writeActions } from "./action-set.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** A group entry and what passed it. */
export interface Group {
  readonly group: number;
  readonly groupType: GroupType;
  readonly buckets: readonly CountedBucket[];
  readonly createdMs: number;
  packets: number;
  bytes: number;
}

/** A bucket and what passed it. */
export interface CountedBucket {
  readonly config: Bucket;
  /** Its actions as the set that they are, in the order of execution. */
  readonly actions: readonly Action[];
  packets: number;
  bytes: number;
}

/** The groups of a switch (OpenFlow 1.3.5 §5.6). Buckets may name groups that do not exist yet. */
export class GroupTable implements Iterable<Group> {
  readonly #groups = new Map<number, Group>();

  /** The same groups in a table of its own. */
  copy(): GroupTable {
    const copy = new GroupTable();
    for (const group of this) copy.#groups.set(group.group, group);
    return copy;
  }

  get(group: number): Group | undefined {
    return this.#groups.get(group);
  }

  /** Carries out an add or a modify. */
  put(mod: GroupMod, nowMs: number): Result<void, Refusal> {
    const old = this.#groups.get(mod.group);
    if (mod.group > GROUP_MAX) return refuse("group-mod-failed", "invalid-group");
    if (mod.command === "add" && old !== undefined)
      return refuse("group-mod-failed", "group-exists");
    if (mod.command === "modify" && old === undefined)
      return refuse("group-mod-failed", "unknown-group");
    const compiled = compileGroup(mod);
    if (compiled.isErr()) return err(compiled.error);
    this.#groups.set(mod.group, {
      group: mod.group,
      groupType: compiled.value,
      buckets: mod.buckets.map(countedBucket),
      createdMs: old?.createdMs ?? nowMs,
      packets: 0,
      bytes: 0,
    });
    return ok(undefined);
  }

  /** Deletes one group or all of them; gives those that were there. */
  delete(group: number): readonly number[] {
    const gone = group === GROUP_ALL ? [...this.#groups.keys()] : [group];
    return gone.filter((candidate) => this.#groups.delete(candidate));
  }

  /** The first live bucket of a fast-failover group, or the bucket that liveness does not touch. */
  firstLive(group: Group, isPortLive: (port: number) => boolean): CountedBucket | undefined {
    return this.#firstLive(group, isPortLive, 0);
  }

  [Symbol.iterator](): Iterator<Group> {
    return this.#groups.values();
  }

  #firstLive(
    group: Group,
    isPortLive: (port: number) => boolean,
    depth: number,
  ): CountedBucket | undefined {
    if (depth >= MAX_WATCH_DEPTH) return undefined;
    return group.buckets.find(({ config: { watchPort, watchGroup } }) => {
      if (watches(watchPort, PORT_ANY) && isPortLive(watchPort)) return true;
      const watched = watches(watchGroup, GROUP_ANY) ? this.#groups.get(watchGroup) : undefined;
      return watched !== undefined && this.#firstLive(watched, isPortLive, depth + 1) !== undefined;
    });
  }
}

function countedBucket(config: Bucket): CountedBucket {
  const actions = inExecutionOrder(writeActions([], config.actions));
  return { config, actions, packets: 0, bytes: 0 };
}

/** How many groups may watch each other in a row; further ones count as dead. */
const MAX_WATCH_DEPTH = 64;

function watches(watched: number | undefined, any: number): watched is number {
  return watched !== undefined && watched !== any;
}

function compileGroup(mod: GroupMod): Result<GroupType, Refusal> {
  const { groupType, buckets } = mod;
  if (typeof groupType === "number") return refuse("group-mod-failed", "bad-type");
  if (groupType === "indirect" && buckets.length !== 1)
    return refuse("group-mod-failed", "invalid-group");
  for (const bucket of buckets) {
    const checked = checkBucket(bucket, groupType).andThen(() =>
      checkActions(bucket.actions, "unknown"),
    );
    if (checked.isErr()) return err(checked.error);
  }
  return ok(groupType);
}

function checkBucket(bucket: Bucket, groupType: GroupType): Result<void, Refusal> {
  const hasWatch = watches(bucket.watchPort, PORT_ANY) || watches(bucket.watchGroup, GROUP_ANY);
  if ((bucket.weight ?? 0) !== 0 && groupType !== "select")
    return refuse("group-mod-failed", "invalid-group");
  if (groupType === "fast-failover" && !hasWatch)
    return refuse("group-mod-failed", "invalid-group");
  if ((groupType === "all" || groupType === "indirect") && hasWatch) {
    return refuse("group-mod-failed", "watch-unsupported");
  }
  return ok(undefined);
}
