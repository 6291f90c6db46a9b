import type { IdSource } from "./compile/bind.ts";
import { type Demand, demandOfProgram } from "./compile/demand.ts";
import type { IdPool } from "./compile/id-pool.ts";
import { groupOf, groupsWithin, meterOf, type NodeProgram } from "./compile/program.ts";
import type { SwitchTools } from "./switch-tools.ts";

/** Numbers of groups and meters that are one network's: on the switch, or perhaps so. */
export class OwnNumbers implements IdSource {
  readonly groups: ReadonlySet<number>;
  readonly meters: ReadonlySet<number>;
  readonly #groups = new Set<number>();
  readonly #meters = new Set<number>();
  readonly #pools: Pick<SwitchTools, "groupIds" | "meterIds">;

  constructor(pools: Pick<SwitchTools, "groupIds" | "meterIds">) {
    this.#pools = pools;
    this.groups = this.#groups;
    this.meters = this.#meters;
  }

  get size(): number {
    return this.#groups.size + this.#meters.size;
  }

  /** What it takes to hold a program and, of numbers, these. */
  demandWith(program: NodeProgram): Demand {
    const numbers = [
      ["groups", this.#groups.size] as const,
      ["meters", this.#meters.size] as const,
    ];
    const taken = numbers.filter(([, count]) => count > 0);
    return new Map([...demandOfProgram(program), ...taken]);
  }

  takeGroup(): number | undefined {
    return take(this.#pools.groupIds, this.#groups);
  }

  takeMeter(): number | undefined {
    return take(this.#pools.meterIds, this.#meters);
  }

  /** Notes what the network was seen to have, where nobody else has it. */
  claim({ groups, meters }: Pick<NodeProgram, "groups" | "meters">): void {
    const { groupIds, meterIds } = this.#pools;
    for (const id of groups.keys()) if (groupIds.claim(id)) this.#groups.add(id);
    for (const id of meters.keys()) if (meterIds.claim(id)) this.#meters.add(id);
  }

  /** What was read of the network, with what has one of its numbers though no flow uses it. */
  withOrphans(
    read: NodeProgram,
    orphans: Pick<NodeProgram, "groups" | "meters">,
  ): Pick<NodeProgram, "groups" | "meters"> {
    this.claim(read);
    return {
      groups: own(this.#groups, read.groups, orphans.groups),
      meters: own(this.#meters, read.meters, orphans.meters),
    };
  }

  /** Notes what the network's flows use and nobody else does; true when something is new. */
  adopt({ flows, groups }: NodeProgram): boolean {
    const { groupIds, meterIds } = this.#pools;
    let found = false;
    const within = [...groups.values()].flatMap(groupsWithin);
    for (const group of [...[...flows.values()].map(groupOf), ...within]) {
      if (group === undefined || !groupIds.claim(group)) continue;
      this.#groups.add(group);
      found = true;
    }
    for (const flow of flows.values()) {
      const meter = meterOf(flow);
      if (meter !== undefined && meterIds.claim(meter)) {
        this.#meters.add(meter);
        found = true;
      }
    }
    return found;
  }

  /** Frees all numbers that a program does not use. */
  keepOnly({ groups, meters }: Pick<NodeProgram, "groups" | "meters">): void {
    free(this.#groups, groups, this.#pools.groupIds);
    free(this.#meters, meters, this.#pools.meterIds);
  }
}

function take(pool: IdPool, own: Set<number>): number | undefined {
  const id = pool.take();
  if (id !== undefined) own.add(id);
  return id;
}

function free(own: Set<number>, used: ReadonlyMap<number, unknown>, pool: IdPool): void {
  for (const id of own) {
    if (used.has(id)) continue;
    own.delete(id);
    pool.free(id);
  }
}

function own<T>(
  ids: ReadonlySet<number>,
  read: ReadonlyMap<number, T>,
  orphans: ReadonlyMap<number, T>,
): ReadonlyMap<number, T> {
  if (orphans.size === 0) return read;
  const unused = [...ids].flatMap((id) => {
    const item = orphans.get(id);
    return item === undefined ? [] : [[id, item] as const];
  });
  return unused.length === 0 ? read : new Map([...read, ...unused]);
}
