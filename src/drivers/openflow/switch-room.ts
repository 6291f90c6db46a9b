import type { NetworkNumber } from "../../model/ids.ts";
import { type Demand, greatestDemand, NO_DEMAND, type Resource } from "./compile/demand.ts";
import type { IdPool } from "./compile/id-pool.ts";
import type { SwitchProfile } from "./compile/switch-profile.ts";
import type { NodeProblem } from "./switch-problem.ts";

/** What says how much there is on a switch. */
export interface SwitchRoomContext {
  readonly groupIds: IdPool;
  readonly meterIds: IdPool;
  /** How many of these numbers belong to no network, and are not seen to be gone yet. */
  readonly orphans: () => { readonly groups: number; readonly meters: number };
  readonly profile: () => SwitchProfile;
}

/** What a network has of a switch's room, and has been given of it. */
interface Part {
  /** What the switch holds of it, or may. */
  readonly held: Demand;
  /** What it is to hold. */
  readonly wanted: Demand;
  /** What a change that is under way will need, and what undoing it would. */
  readonly promised: Demand;
  /** What it counts for: what it has and what it was given overlap. */
  readonly whole: Demand;
}

/** How much of a resource there is for us, of which others have `others`. */
interface Limit {
  readonly resource: Resource;
  readonly size: number;
  readonly others: number;
  /** What it is called where so much of it is left. */
  readonly left: (count: number) => string;
}

/** What networks were refused for want of. */
interface Lack {
  /** The least that would have been enough for one of them. */
  readonly needed: number;
  /** How much there was of it then for all of us together, or later, if that was less. */
  readonly share: number;
}

const NOTHING: Part = {
  held: NO_DEMAND,
  wanted: NO_DEMAND,
  promised: NO_DEMAND,
  whole: NO_DEMAND,
};

/**
 * How much room a switch has, as far as that is known: for meters, for groups and in its tables. What every
 * network has of it is kept, with the sums, so that to ask costs the same however many there are.
 *
 * What switches and agents learn is not counted, for it ages: where that has filled a table, the
 * switch says so when it is asked.
 */
export class SwitchRoom {
  readonly #context: SwitchRoomContext;
  readonly #parts = new Map<NetworkNumber, Part>();
  readonly #sums = new Map<Resource, number>();
  /** What somebody else was seen to have. */
  readonly #others = new Map<Resource, number>();
  readonly #lacks = new Map<Resource, Lack>();
  /** Of what the switch itself has said that it has no more. */
  readonly #exhausted = new Set<Resource>();

  constructor(context: SwitchRoomContext) {
    this.#context = context;
  }

  /** Why there is no room for what a network needs; empty where there is, or nothing is known of it. */
  shortages(network: NetworkNumber, demand: Demand): readonly NodeProblem[] {
    const { held } = this.#partOf(network);
    return this.#limits(demand).flatMap((limit): readonly NodeProblem[] => {
      const { resource, size, others, left } = limit;
      const has = held.get(resource) ?? 0;
      const more = (demand.get(resource) ?? 0) - has;
      const free = size - others - this.#ofOthers(network, resource) - has;
      // What stands stays, however little room there is.
      if (more <= 0 || more <= free) return [];
      const needed = free > 0 ? `: ${more} are needed` : "";
      return [{ kind: "unsupported", message: `${left(Math.max(0, free))}${needed}` }];
    });
  }

  /** Notes that a network was refused what there is no room for. */
  lack(network: NetworkNumber, demand: Demand): void {
    const own = this.#partOf(network).whole;
    for (const [resource, count] of demand) {
      const more = count - (own.get(resource) ?? 0);
      if (more <= this.#free(resource)) continue;
      const share = this.#share(resource);
      const { needed: least = more, share: before = share } = this.#lacks.get(resource) ?? {};
      this.#lacks.set(resource, { needed: Math.min(more, least), share: Math.min(share, before) });
    }
  }

  /** Notes that the switch has said that it has no more of this, whatever is counted. */
  exhaust(resource: Resource): void {
    this.#exhausted.add(resource);
  }

  /** Whether somebody was refused for want of room in a table. */
  get lacksTable(): boolean {
    return [...this.#lacks.keys(), ...this.#exhausted].some(isTable);
  }

  /**
   * Whether others have given back since so much that somebody who was refused would find room; tells that
   * once. What is ours is not theirs to give: who gives that back is known.
   */
  regained(): boolean {
    let isRegained = false;
    for (const [resource, { needed, share }] of this.#lacks) {
      const now = this.#share(resource);
      if (now > share && this.#free(resource) >= needed) {
        this.#lacks.delete(resource);
        isRegained = true;
      } else if (now < share) {
        this.#lacks.set(resource, { needed, share: now });
      }
    }
    return isRegained;
  }

  /**
   * Whether there should be some of what the switch has said that it has no more of; tells that once. What it
   * does not tell, or is learned there and ages, only trying shows.
   */
  replenished(): boolean {
    const again = [...this.#exhausted].filter((resource) => this.#free(resource) > 0);
    for (const resource of again) this.#exhausted.delete(resource);
    return again.length > 0;
  }

  /** Whether it depends on what was seen of others whether there is room for this. */
  dependsOnOthers(demand: Demand): boolean {
    return this.#limits(demand).some(({ resource, others }) => others > 0 || isTable(resource));
  }

  /** From now on the switch is known to hold, or may hold, this of a network. */
  hold(network: NetworkNumber, held: Demand): void {
    this.#change(network, { held });
  }

  /** From now on the switch is to hold this of a network. */
  want(network: NetworkNumber, wanted: Demand): void {
    this.#change(network, { wanted });
  }

  /** Keeps room for a network until it is disposed of. */
  promise(network: NetworkNumber, promised: Demand): Disposable {
    this.#change(network, { promised });
    return {
      [Symbol.dispose]: () => {
        // Another change of the network may have begun.
        if (this.#parts.get(network)?.promised !== promised) return;
        this.#change(network, { promised: NO_DEMAND });
      },
    };
  }

  /** Somebody else was seen to have this much. */
  see(resource: Resource, count: number): void {
    this.#others.set(resource, Math.max(0, count));
  }

  /** What somebody else was last seen to have. */
  othersOf(resource: Resource): number {
    return this.#others.get(resource) ?? 0;
  }

  #change(network: NetworkNumber, change: Partial<Omit<Part, "whole">>): void {
    const before = this.#partOf(network);
    const { held, wanted, promised } = { ...before, ...change };
    const whole = greatestDemand([held, wanted, promised]);
    if (whole !== before.whole) {
      this.#add(before.whole, -1);
      this.#add(whole, 1);
    }
    if (whole.size === 0) this.#parts.delete(network);
    else this.#parts.set(network, { held, wanted, promised, whole });
  }

  #add(demand: Demand, times: 1 | -1): void {
    for (const [resource, count] of demand) {
      this.#sums.set(resource, times * count + (this.#sums.get(resource) ?? 0));
    }
  }

  #partOf(network: NetworkNumber): Part {
    return this.#parts.get(network) ?? NOTHING;
  }

  #ofOthers(network: NetworkNumber, resource: Resource): number {
    const own = this.#partOf(network).whole.get(resource) ?? 0;
    return (this.#sums.get(resource) ?? 0) - own;
  }

  /** How much there is of it for all of us together. */
  #share(resource: Resource): number {
    const limits = this.#limits(new Map([[resource, 1]]));
    return Math.min(...limits.map(({ size, others }) => size - others));
  }

  /** How much there is of it that nobody has or was given. */
  #free(resource: Resource): number {
    return this.#share(resource) - (this.#sums.get(resource) ?? 0);
  }

  /** How much there is of what this takes. */
  #limits(demand: Demand): readonly Limit[] {
    const { profile, groupIds, meterIds, orphans } = this.#context;
    const { meters, groups, tableSizes } = profile();
    const limits: Limit[] = [];
    const add = (
      resource: Resource,
      size: number | undefined,
      left: Limit["left"],
      others = this.othersOf(resource),
    ): void => {
      if (size !== undefined) limits.push({ resource, size, others, left });
    };
    for (const resource of demand.keys()) {
      if (resource === "meters") {
        add(resource, meterIds.size, numbersLeft("meter"), orphans().meters);
        add(resource, meters?.maxMeter, roomLeft("meters"));
      } else if (resource === "groups") {
        add(resource, groupIds.size, numbersLeft("group"), orphans().groups);
      } else if (resource === "all") {
        add(resource, groups?.maxGroups.all, roomLeft("groups of type ALL"));
      } else if (resource === "fast-failover") {
        const size = groups?.maxGroups.fastFailover;
        add(resource, size, roomLeft("groups of type FAST FAILOVER"));
      } else {
        add(resource, tableSizes?.get(resource), roomLeft(`flows in table ${resource}`));
      }
    }
    return limits;
  }
}

function isTable(resource: Resource): boolean {
  return typeof resource === "number";
}

function numbersLeft(what: string): Limit["left"] {
  return (count) =>
    count === 0
      ? `the switch has no ${what} numbers left for us`
      : `the switch has ${count} ${what} numbers left for us`;
}

function roomLeft(what: string): Limit["left"] {
  return (count) =>
    count === 0
      ? `the switch has no room for more ${what}`
      : `the switch has room for ${count} more ${what}`;
}
