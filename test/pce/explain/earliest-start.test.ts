import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkChannel, linkLabels } from "../../../src/ledger/channel.ts";
import { Ledger } from "../../../src/ledger.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { linkId, vlanId } from "../../../src/model/ids.ts";
import type { Interval } from "../../../src/model/interval.ts";
import type { Remedies } from "../../../src/model/refusal.ts";
import { explainRefusal, type PlanRequest, topologyResources } from "../../../src/pce/index.ts";
import { solutionsOf } from "../brute-force.ts";
import { settingOf, VLANS, type World, type WorldShape, worlds } from "../worlds.ts";
import { changed } from "./what-if-worlds.ts";

const SHAPE: WorldShape = { hosts: { min: 2, max: 3 }, maxNodes: 4, maxLinks: 6 };
/** Nothing is promised from here on but what is promised for ever. */
const HORIZON = 12;

/** What somebody has on a link for a time; `label` is one of the link's. */
interface Promise {
  readonly link: number;
  readonly forward: number;
  readonly backward: number;
  readonly label: number;
  readonly interval: Interval;
}

const interval: fc.Arbitrary<Interval> = fc
  .tuple(
    fc.nat(HORIZON - 1),
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 8 }) },
      { weight: 1, arbitrary: fc.constant(Infinity) },
    ),
  )
  .map(([start, length]) => ({ start, end: Math.min(start + length, Infinity) }))
  .map(({ start, end }) => ({ start, end: end === Infinity ? end : Math.min(end, HORIZON) }));

const promise: fc.Arbitrary<Promise> = fc.record({
  link: fc.nat(4),
  forward: fc.nat(20),
  backward: fc.nat(20),
  label: fc.constantFrom(...VLANS),
  interval,
});

const calendars = fc
  .tuple(
    fc.oneof(worlds(SHAPE), worlds({ ...SHAPE, isPlain: true })),
    fc.array(promise, { minLength: 8, maxLength: 20 }),
    fc.nat(3),
    fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Infinity)),
  )
  .map(([world, promises, start, length]) => calendarOf(world, promises, start, length));

describe("the earliest start", { timeout: 60_000 }, () => {
  test("is the first instant at which the request fits for as long", () => {
    fc.assert(
      fc.property(calendars, ({ world, promises, request, refusal }) => {
        if (refusal === undefined) return;
        const length = request.interval.end - request.interval.start;
        const instants = Array.from({ length: HORIZON + 1 }, (_, at) => at);
        const later = instants.filter((at) => at > request.interval.start);
        const fits = later.find((at) => isSolved(world, promises, { start: at, end: at + length }));
        const named = refusal.changes.find((change) => change.type === "start");
        expect(named).toEqual(fits === undefined ? undefined : { type: "start", start: fits });
      }),
      { numRuns: 250 },
    );
  });

  test("is named with another change where both are needed and do", () => {
    fc.assert(
      fc.property(calendars, ({ world, promises, request, refusal }) => {
        for (const combination of refusal?.combinations ?? []) {
          const at = combination.flatMap((one) => (one.type === "start" ? [one.start] : []))[0];
          if (at === undefined) continue;
          const moved = { start: at, end: at + request.interval.end - request.interval.start };
          const others = combination.filter(({ type }) => type !== "start");
          const eased = others.reduce(changed, world);
          expect(isSolved(eased, promises, moved)).toBe(true);
          expect(isSolved(world, promises, moved)).toBe(false);
          expect(isSolved(eased, promises, request.interval)).toBe(false);
        }
      }),
      { numRuns: 250 },
    );
  });
});

/** Promises that go together, in the order drawn, and a request at another time among them. */
function calendarOf(
  world: World,
  drawn: readonly Promise[],
  start: number,
  length: number,
): {
  readonly world: World;
  readonly promises: readonly Promise[];
  readonly request: PlanRequest;
  readonly refusal: Remedies | undefined;
} {
  const { topology, linkState, request: asked } = settingOf(world);
  let ledger = Ledger.over(topologyResources(topology));
  const promises: Promise[] = [];
  for (const [at, one] of drawn.entries()) {
    const link = world.links[one.link];
    if (link === undefined) continue;
    const id = linkId(link.id);
    const label = link.vlans.includes(one.label) ? [vlanId(one.label)] : [];
    const reserved = ledger.reserve({
      holder: `holder ${at}`,
      interval: one.interval,
      bandwidth: [
        { channel: linkChannel(id, "forward"), amount: bandwidth(one.forward) },
        { channel: linkChannel(id, "backward"), amount: bandwidth(one.backward) },
      ],
      labels: label.map((free) => ({ space: linkLabels(id), label: free })),
    });
    if (reserved.isErr()) continue;
    ledger = reserved.value;
    promises.push(one);
  }
  const request = { ...asked, interval: { start, end: start + length } };
  const planned = explainRefusal(topology, ledger, linkState, request);
  const refusal =
    planned.isErr() && "remedies" in planned.error ? planned.error.remedies : undefined;
  return { world, promises, request, refusal };
}

/** Whether there is a tree for the request at that time; everything begins and ends at whole numbers. */
function isSolved(world: World, promises: readonly Promise[], { start, end }: Interval): boolean {
  const instants = Array.from({ length: HORIZON + 1 }, (_, at) => at).filter(
    (at) => at >= start && at < end,
  );
  const during = (link: number, at: number): readonly Promise[] =>
    promises.filter(
      (one) => one.link === link && one.interval.start <= at && at < one.interval.end,
    );
  const links = world.links.map((link, index) => {
    const peak = (direction: "forward" | "backward"): number =>
      Math.max(
        0,
        ...instants.map((at) => during(index, at).reduce((sum, one) => sum + one[direction], 0)),
      );
    const taken = instants.flatMap((at) => during(index, at).map((one) => one.label));
    const used = { forward: peak("forward"), backward: peak("backward") };
    return { ...link, used, taken, isPast: false };
  });
  const hosts = world.hosts.map((host) => ({ ...host, taken: [] }));
  return solutionsOf({ ...world, links, hosts }).length > 0;
}
