import type { KeyedFlows } from "./draft.ts";
import type { Numbers } from "./numbers.ts";
import type { FlowEntry, NodeProgram } from "./program.ts";

/** A group or a meter of a draft, and the flows that are to use it. */
export interface Item {
  readonly key: string;
  readonly users: ReadonlySet<string>;
  /** Whether it sends frames back out of the port they came in by. */
  readonly hairpins: boolean;
  /** Whether what the switch holds under `id` can become this in place. */
  isKindOf(id: number): boolean;
  /** Whether what the switch holds under `id` sends frames back out of the port they came in by. */
  heldHairpins(id: number): boolean;
  /** Whether the switch holds exactly this under `id`. */
  sameAs(id: number): boolean;
}

/** The flows that use a number now: those that stay, and whether there are some that go. */
interface Holding {
  readonly staying: Set<string>;
  someGo: boolean;
}

/** By number. */
export type Holdings = ReadonlyMap<number, Holding>;

/** How the groups or meters `held` are used by the flows that there are, which name them by `reference`. */
export function holdings(
  wantedFlows: KeyedFlows,
  flows: NodeProgram["flows"],
  reference: (flow: FlowEntry) => number | undefined,
  held: ReadonlyMap<number, unknown>,
): Holdings {
  const byId = new Map<number, Holding>();
  if (held.size === 0) return byId;
  const wanted = new Set(wantedFlows.map(({ key }) => key));
  for (const [key, flow] of flows) {
    const id = reference(flow);
    if (id === undefined || !held.has(id)) continue;
    const holding = byId.get(id) ?? { staying: new Set(), someGo: false };
    if (wanted.has(key)) holding.staying.add(key);
    else holding.someGo = true;
    byId.set(id, holding);
  }
  return byId;
}

/** Numbers for all items, those that need no change first; undefined when there are not enough. */
export function bindItems(
  items: readonly Item[],
  held: Holdings,
  take: () => number | undefined,
): Numbers | undefined {
  const bound = new Map<string, number>();
  const free = new Map(held);
  const bindTo = (item: Item, id: number | undefined): void => {
    if (id === undefined) return;
    bound.set(item.key, id);
    free.delete(id);
  };
  for (const item of items)
    bindTo(
      item,
      find(free, item, (id) => item.sameAs(id)),
    );
  for (const item of items) {
    if (bound.has(item.key)) continue;
    const inPlace = find(
      free,
      item,
      (id, holding) => item.isKindOf(id) && mayChange(item, id, holding),
    );
    bindTo(item, inPlace ?? take());
  }
  return bound.size === items.length ? bound : undefined;
}

/** A number that one of the item's flows uses now, and that `fits`. */
function find(
  free: Holdings,
  item: Item,
  fits: (id: number, holding: Holding) => boolean,
): number | undefined {
  for (const [id, holding] of free) {
    const known = [...holding.staying].some((user) => item.users.has(user));
    if (known && fits(id, holding)) return id;
  }
  return undefined;
}

/**
 * Until they are changed or removed themselves, all flows that use a number follow its new content.
 * One that stays but is to leave the number would lose frames or reflect them; one that goes would
 * reflect them if the new content hairpins. And what delivers known addresses by the old content
 * goes last: it would reflect frames of those that are new to the number if that hairpins.
 */
function mayChange(item: Item, id: number, { staying, someGo }: Holding): boolean {
  const harmsOld = someGo && item.hairpins;
  if (harmsOld || ![...staying].every((user) => item.users.has(user))) return false;
  return staying.size === item.users.size || !item.heldHairpins(id);
}
