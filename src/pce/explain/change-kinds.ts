import { match } from "ts-pattern";
import { bandwidth } from "../../model/bandwidth.ts";
import type { Excluded, Included, Remedy } from "../../model/refusal.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { attempt } from "../plan/attempt.ts";
import type { Exclusion } from "../plan/plan.ts";
import type { Scene } from "../plan/scene.ts";
import { earliestStart } from "./earliest-start.ts";
import { elementsOf, inclusionOf, leastBound, type TreeBound } from "./explain-bounds.ts";
import { largestRate } from "./largest-rate.ts";
import { asking, capped, greatestRate, restaged, startingAt, without } from "./what-if.ts";
import { workingVlans } from "./working-vlans.ts";

/** Changes of a request with which it is planned. */
export interface Helping {
  /** In ascending order. */
  readonly changes: readonly Remedy[];
  /** Whether there are no others. */
  readonly isComplete: boolean;
}

/** One way in which a request may ask for less. */
export interface ChangeKind {
  readonly type: Remedy["type"];
  /** Whether the request asks for anything of which this could be less. */
  readonly applies: (scene: Scene) => boolean;
  /** The changes of this kind with which the request is planned; of numbers only the least change. */
  readonly helping: (scene: Scene) => Helping;
  /** Those that leave one thing out, whether the request is planned with it or not. */
  readonly all: (scene: Scene) => readonly Remedy[];
  /** The request with every change of this kind; `undefined` if no one request is that. */
  readonly widest: (scene: Scene) => Scene | undefined;
}

/** How many exclusions, inclusions or endpoints are each left out by turns. */
export const MAX_LEFT_OUT = 32;

/** bit/s; less is no network. */
const LEAST_RATE = 1;

/** All kinds of change, what takes least away from a request first. */
export const changeKinds: readonly ChangeKind[] = [
  {
    type: "vlans",
    applies: ({ request }) => !VlanSet.all.difference(request.vlans).isEmpty,
    helping: otherVlans,
    all: () => [],
    widest: (scene) => asking(scene, { vlans: VlanSet.all }),
  },
  {
    type: "exclusion",
    applies: (scene) => exclusions(scene).length > 0,
    helping: (scene) => leavingOut(scene, exclusions(scene)),
    all: exclusions,
    widest: (scene) => restaged(scene, { exclude: {} }),
  },
  {
    type: "inclusion",
    applies: (scene) => inclusions(scene).length > 0,
    helping: (scene) => leavingOut(scene, inclusions(scene)),
    all: inclusions,
    widest: (scene) => without(scene, "include"),
  },
  {
    type: "hops",
    applies: ({ request }) => request.maxHops !== undefined,
    helping: (scene) => widerBound(scene, "maxHops"),
    all: () => [],
    widest: (scene) => without(scene, "maxHops"),
  },
  {
    type: "delay",
    applies: ({ request }) => request.maxDelayMs !== undefined,
    helping: (scene) => widerBound(scene, "maxDelayMs"),
    all: () => [],
    widest: (scene) => without(scene, "maxDelayMs"),
  },
  {
    type: "start",
    applies: ({ request }) => request.interval.start > Number.NEGATIVE_INFINITY,
    helping: laterStart,
    all: () => [],
    widest: () => undefined,
  },
  {
    type: "bandwidth",
    applies: (scene) => greatestRate(scene) > LEAST_RATE,
    helping: lessBandwidth,
    all: () => [],
    widest: (scene) => capped(scene, LEAST_RATE),
  },
  {
    type: "endpoint",
    applies: (scene) => endpoints(scene).length > 0,
    helping: (scene) => leavingOut(scene, endpoints(scene)),
    all: endpoints,
    widest: () => undefined,
  },
];

/** The scene in which the request is changed as `remedy` says. */
export function changed(scene: Scene, remedy: Remedy): Scene {
  const { request } = scene;
  return match(remedy)
    .with({ type: "vlans" }, ({ vlans }) =>
      asking(scene, { vlans: VlanSet.parse(vlans).unwrapOr(VlanSet.empty) }),
    )
    .with({ type: "exclusion" }, ({ allow }) =>
      restaged(scene, { exclude: exclusionWithout(request.exclude, allow) }),
    )
    .with({ type: "inclusion" }, ({ skip }) => {
      const rest = elementsOf(request.include).filter((other) => !isSame(other, skip));
      return asking(scene, { include: inclusionOf(rest) });
    })
    .with({ type: "hops" }, ({ maxHops }) => asking(scene, { maxHops }))
    .with({ type: "delay" }, ({ maxDelayMs }) => asking(scene, { maxDelayMs }))
    .with({ type: "start" }, ({ start }) => startingAt(scene, start))
    .with({ type: "bandwidth" }, (e) => capped(scene, e.bandwidth))
    .with({ type: "endpoint" }, ({ hostPort }) => {
      const rest = request.endpoints.filter((e) => e.touchPoint.hostPort !== hostPort);
      return asking(scene, { endpoints: rest });
    })
    .exhaustive();
}

const NONE: Helping = { changes: [], isComplete: true };

function only(change: Remedy, isComplete: boolean): Helping {
  return { changes: [change], isComplete };
}

function otherVlans(scene: Scene): Helping {
  const { vlans, isComplete } = workingVlans(scene);
  return vlans.isEmpty
    ? { changes: [], isComplete }
    : only({ type: "vlans", vlans: vlans.toString() }, isComplete);
}

/** All that is excluded: links, nodes and risk groups, each in ascending order. */
function exclusions({ request: { exclude } }: Scene): readonly Remedy[] {
  const allowed: readonly Excluded[] = [
    ...[...(exclude?.links ?? [])].sort().map((link) => ({ type: "link-excluded", link }) as const),
    ...[...(exclude?.nodes ?? [])].sort().map((node) => ({ type: "node-excluded", node }) as const),
    ...[...(exclude?.srlgs ?? [])].sort().map((srlg) => ({ type: "srlg-excluded", srlg }) as const),
  ];
  return allowed.map((allow) => ({ type: "exclusion", allow }));
}

function exclusionWithout(exclude: Exclusion | undefined, allowed: Excluded): Exclusion {
  return match(allowed)
    .with({ type: "link-excluded" }, ({ link }) => {
      return { ...exclude, links: less(exclude?.links, link) };
    })
    .with({ type: "node-excluded" }, ({ node }) => {
      return { ...exclude, nodes: less(exclude?.nodes, node) };
    })
    .with({ type: "srlg-excluded" }, ({ srlg }) => {
      return { ...exclude, srlgs: less(exclude?.srlgs, srlg) };
    })
    .exhaustive();
}

function less<T>(set: ReadonlySet<T> | undefined, element: T): ReadonlySet<T> {
  return new Set([...(set ?? [])].filter((other) => other !== element));
}

function inclusions({ request: { include } }: Scene): readonly Remedy[] {
  return elementsOf(include).map((skip) => ({ type: "inclusion", skip }));
}

function isSame(x: Included, y: Included): boolean {
  if (x.type === "link") return y.type === "link" && x.link === y.link;
  return y.type === "node" && x.node === y.node;
}

/** A network of one endpoint joins nobody, so two stay. */
function endpoints({ request }: Scene): readonly Remedy[] {
  if (request.endpoints.length < 3) return [];
  return request.endpoints.map(({ touchPoint: { hostPort } }) => ({ type: "endpoint", hostPort }));
}

/** Those of `changes` with which the request is planned. */
function leavingOut(scene: Scene, changes: readonly Remedy[]): Helping {
  const trials = changes.slice(0, MAX_LEFT_OUT).map((change) => {
    return { change, planned: attempt(changed(scene, change)) };
  });
  return {
    changes: trials.flatMap(({ change, planned }) => (planned.isOk() ? [change] : [])),
    isComplete:
      changes.length <= MAX_LEFT_OUT &&
      trials.every(({ planned }) => planned.isOk() || planned.error.type !== "search-limit"),
  };
}

function widerBound(scene: Scene, bound: TreeBound): Helping {
  if (scene.request[bound] === undefined) return NONE;
  const unbound = attempt(without(scene, bound));
  if (unbound.isErr()) return { changes: [], isComplete: unbound.error.type !== "search-limit" };
  const { least, isCertain } = leastBound(scene, bound, unbound.value);
  return bound === "maxHops"
    ? only({ type: "hops", maxHops: least }, isCertain)
    : only({ type: "delay", maxDelayMs: least }, isCertain);
}

function laterStart(scene: Scene): Helping {
  const { start, isCertain } = earliestStart(scene);
  if (start === undefined) return { changes: [], isComplete: isCertain };
  return only({ type: "start", start }, isCertain);
}

function lessBandwidth(scene: Scene): Helping {
  const least = attempt(capped(scene, LEAST_RATE));
  if (least.isErr()) return { changes: [], isComplete: least.error.type !== "search-limit" };
  const largest = largestRate(scene, greatestRate(scene));
  if (largest === undefined) return NONE;
  return only({ type: "bandwidth", bandwidth: bandwidth(largest.rate) }, largest.isTight);
}
