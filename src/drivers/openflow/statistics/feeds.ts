import type { Tag } from "../../../model/attachment.ts";
import { type FlowEntry, meterOf, type NodeProgram } from "../compile/program.ts";
import type { Action } from "../wire/action.ts";
import { PORT_CONTROLLER, PORT_IN_PORT, VLAN_PRESENT } from "../wire/constants.ts";

/** Where frames leave a node: by which port, and under which tag. */
export interface ExitPlace {
  readonly port: number;
  readonly tag: Tag;
}

/** A flow that hands frames to an exit, by its key, and the meter that they pass before. */
export interface Feed {
  readonly flow: string;
  readonly meter: number | undefined;
}

/** By which flows frames leave a node, as a network's program there says. */
export interface Feeds {
  /** By {@link exitKey}; exits that no flow hands frames to are left out. */
  readonly at: ReadonlyMap<string, readonly Feed[]>;
  /** Keys of exits that get some frames of a flow, and others not; `?` stands in a key for what is not known. */
  readonly sometimes: ReadonlySet<string>;
  /** The flows that each meter polices, by their keys. */
  readonly policed: ReadonlyMap<number, readonly string[]>;
}

/** A text that is equal for equal exits. */
export function exitKey({ port, tag }: ExitPlace): string {
  return keyOf(port, tag);
}

/** Whether every frame that leaves by an exit is one that a known flow always hands there. */
export function isClear({ sometimes }: Feeds, exit: string): boolean {
  if (sometimes.size === 0) return true;
  const [port, tag] = exit.split("/");
  return ![exit, `?/${tag}`, `${port}/?`, "?/?"].some((key) => sometimes.has(key));
}

/** The meters that police nothing but what leaves at an exit. */
export function metersOfOwn({ at, policed }: Feeds, exit: string): ReadonlySet<number> {
  const users = new Map<number, number>();
  for (const { meter } of at.get(exit) ?? []) {
    if (meter !== undefined) users.set(meter, (users.get(meter) ?? 0) + 1);
  }
  return new Set(
    [...users].flatMap(([meter, count]) => (count === policed.get(meter)?.length ? [meter] : [])),
  );
}

/**
 * Finds the flows that hand frames to each exit.
 *
 * None hands any to the port on which they came in, unless it says `IN_PORT` (OpenFlow 1.3.5 §5.12). Where a flow
 * does not match by that port, it counts those that it cannot hand back.
 */
export function feedsOf({ flows, groups }: NodeProgram): Feeds {
  const at = new Map<string, Feed[]>();
  const sometimes = new Set<string>();
  const policed = new Map<number, string[]>();
  for (const [key, flow] of flows) {
    const meter = meterOf(flow);
    if (meter !== undefined) put(policed, meter, key);
    const walk = new Walk(groups, flow);
    for (const exit of walk.always) put(at, exit, { flow: key, meter });
    for (const exit of walk.sometimes) sometimes.add(exit);
  }
  return { at, sometimes, policed };
}

function put<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}

function keyOf(port?: number, tag?: number | string): string {
  return `${port ?? "?"}/${tag ?? "?"}`;
}

/** What a frame's tag is on its way, if that is known. */
type TagNow = number | "untagged" | undefined;

/** A walk through the actions of a flow, to the exits that it leads to. */
class Walk {
  readonly always = new Set<string>();
  readonly sometimes = new Set<string>();
  readonly #groups: NodeProgram["groups"];
  readonly #inPort: number | undefined;

  constructor(groups: NodeProgram["groups"], flow: FlowEntry) {
    this.#groups = groups;
    this.#inPort = numberIn(flow, "in_port");
    for (const instruction of flow.instructions) {
      if (instruction.type !== "apply-actions") continue;
      this.#follow(instruction.actions, arrivingTag(flow), true);
    }
  }

  #follow(actions: readonly Action[], arrived: TagNow, isSure: boolean): void {
    let tag = arrived;
    for (const action of actions) {
      switch (action.type) {
        case "output":
        case "enqueue":
          this.#leave(action.port, tag, isSure);
          break;
        case "group":
          this.#enter(action.group, tag, isSure);
          break;
        default:
          tag = tagAfter(action, tag);
      }
    }
  }

  /** All buckets of a group get a copy; of one that fails over, some bucket. */
  #enter(number: number, tag: TagNow, isSure: boolean): void {
    const group = this.#groups.get(number);
    for (const { actions } of group?.buckets ?? []) {
      this.#follow(actions, tag, isSure && group?.groupType === "all");
    }
  }

  #leave(to: number, tag: TagNow, isSure: boolean): void {
    if (to === PORT_CONTROLLER || to === this.#inPort) return;
    const port = to === PORT_IN_PORT ? this.#inPort : to;
    const isKnown = port !== undefined && tag !== undefined;
    (isSure && isKnown ? this.always : this.sometimes).add(keyOf(port, tag));
  }
}

function tagAfter(action: Action, tag: TagNow): TagNow {
  switch (action.type) {
    case "push-vlan":
      return undefined;
    case "pop-vlan":
    case "strip-vlan":
      return "untagged";
    case "set-vlan-vid":
      return action.vid;
    case "set-field":
      return action.field.field === "vlan_vid" ? action.field.value & ~VLAN_PRESENT : tag;
    default:
      return tag;
  }
}

function numberIn({ match }: FlowEntry, name: "in_port" | "vlan_vid"): number | undefined {
  for (const each of match) {
    if (each.field === name && each.mask === undefined) return each.value;
  }
  return undefined;
}

/** What comes under a VNI has no tag of the network's. */
function arrivingTag(flow: FlowEntry): TagNow {
  const vid = numberIn(flow, "vlan_vid");
  if (vid !== undefined) return vid === 0 ? "untagged" : vid & ~VLAN_PRESENT;
  return flow.match.some(({ field }) => field === "tunnel_id") ? "untagged" : undefined;
}
