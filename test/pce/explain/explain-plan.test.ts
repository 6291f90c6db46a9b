import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  describePlan,
  explainPlan,
  type NetworkPlan,
  type PlanExplanation,
} from "../../../src/pce/index.ts";
import { freeOn, loadOf, type Solution, solutionsOf } from "../brute-force.ts";
import { settingOf, type World, type WorldShape, worlds } from "../worlds.ts";
import { planOf } from "./what-if-worlds.ts";

const PATHS: WorldShape = { hosts: { min: 2, max: 2 }, maxLinks: 8 };
const TREES: WorldShape = { hosts: { min: 3, max: 4 }, maxLinks: 8 };

describe("the explanation of a plan", { timeout: 60_000 }, () => {
  test.each([
    ["path", PATHS],
    ["tree", TREES],
  ])("says what the %s costs, and no less than which any could", (_, shape) => {
    fc.assert(
      fc.property(worlds(shape), (world) => {
        const explained = explainedBy(world);
        if (explained === undefined) return;
        const { explanation, plan } = explained;
        const costs = solutionsOf(world).map((solution) => costIn(explanation, solution));
        const own = solutionsOf(world).find((solution) => isTreeOf(plan, solution));
        expect(explanation.cost).toBe(own && costIn(explanation, own));
        expect(explanation.atLeast).toBeLessThanOrEqual(Math.min(...costs));
        expect(explanation.isOptimal).toBe(explanation.atLeast === explanation.cost);
        if (shape === PATHS) expect(explanation.isOptimal).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  test.each([
    ["path", PATHS],
    ["tree", TREES],
  ])("names the next best %s", (_, shape) => {
    fc.assert(
      fc.property(worlds(shape), (world) => {
        const explained = explainedBy(world);
        if (explained === undefined) return;
        const { explanation, plan } = explained;
        const others = solutionsOf(world).filter((solution) => !isTreeOf(plan, solution));
        const { next } = explanation;
        expect(next === undefined).toBe(others.length === 0);
        if (next === undefined) return;
        expect(isTreeOf(next.plan, ...others)).toBe(true);
        const costs = others.map((solution) => costIn(explanation, solution));
        expect(next.cost).toBe(Math.min(...costs));
      }),
      { numRuns: 120 },
    );
  });

  test("says of each link who is cut off when it fails, and the cheapest way around", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(PATHS), worlds(TREES)), (world) => {
        const explained = explainedBy(world);
        if (explained === undefined) return;
        const { explanation, plan } = explained;
        expect(explanation.failures.map(({ link }) => link)).toEqual(plan.links.map((l) => l.link));
        expect(explanation.isComplete).toBe(true);
        for (const { link, parts, detour } of explanation.failures) {
          const links = world.links.filter(({ id }) => id !== link);
          const around = solutionsOf({ ...world, links });
          expect(detour === undefined).toBe(around.length === 0);
          if (detour !== undefined) {
            const costs = around.map((solution) => costIn(explanation, solution));
            expect(detour.cost).toBe(Math.min(...costs));
          }
          expect([...parts[0], ...parts[1]].sort()).toEqual(
            world.hosts.map(({ id }) => `${id}:eth0`),
          );
          expect(parts.map(isJoinedIn(world, plan, link))).toEqual([true, true]);
          expect(isJoinedIn(world, plan, link)(parts.flat())).toBe(false);
        }
      }),
      { numRuns: 120 },
    );
  });

  test("names the link direction with the least left", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(PATHS), worlds(TREES)), (world) => {
        const explained = explainedBy(world);
        if (explained === undefined) return;
        const { explanation, plan } = explained;
        const links = world.links.filter(({ id }) => plan.links.some(({ link }) => link === id));
        const left = links.flatMap((link) => {
          const [free, load] = [freeOn(link), loadOf(world, links, link)];
          return [free.forward - load.forward, free.backward - load.backward];
        });
        const { tightest } = explanation;
        expect(tightest?.residual).toBe(left.length === 0 ? undefined : Math.min(...left));
      }),
      { numRuns: 120 },
    );
  });

  test("is said in sentences, with the next best and the tightest link", () => {
    fc.assert(
      fc.property(fc.oneof(worlds(PATHS), worlds(TREES)), (world) => {
        const { explanation } = explainedBy(world) ?? {};
        if (explanation === undefined) return;
        const text = describePlan(explanation);
        const { next, tightest, cost } = explanation;
        expect(text).toContain(`It costs ${cost}`);
        if (next !== undefined) expect(text).toContain(`The next best costs ${next.cost}`);
        if (tightest !== undefined) expect(text).toContain(`Tightest is ${tightest.link}`);
        for (const { link, detour } of explanation.failures) {
          expect(text.includes(`${link} parts `)).toBe(detour === undefined);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("stops looking for detours when the time is spent, and says so", () => {
    const [world] = fc
      .sample(worlds(TREES), { numRuns: 100, seed: 1 })
      .filter((one) => (explainedBy(one)?.plan.links.length ?? 0) > 0);
    if (world === undefined) throw new Error("some of a hundred worlds have a plan with links");
    const { explanation } = explainedBy(world, () => true) ?? {};
    expect(explanation?.isComplete).toBe(false);
    expect(explanation?.next).toBeUndefined();
  });
});

function explainedBy(
  world: World,
  isSpent?: () => boolean,
): { readonly explanation: PlanExplanation; readonly plan: NetworkPlan } | undefined {
  const { topology, ledger, linkState, request: asked } = settingOf(world);
  const request = {
    ...asked,
    cost: "metric" as const,
    ...(isSpent === undefined ? {} : { budget: { isSpent } }),
  };
  const planned = planOf(world, { cost: "metric" });
  if (planned.isErr()) return undefined;
  const plan = planned.value;
  return { explanation: explainPlan(topology, ledger, linkState, { request, plan }), plan };
}

function costIn({ measure }: PlanExplanation, solution: Solution): number {
  return measure === "links" ? solution.cost : solution.reserved;
}

/** Whether the plan is on the links of one of these. */
function isTreeOf(plan: NetworkPlan, ...solutions: readonly Solution[]): boolean {
  const links = plan.links.map(({ link }) => link).join();
  return solutions.some((solution) => solution.links.join() === links);
}

/** Whether host ports are joined by the links of the plan without `link`. */
function isJoinedIn(
  world: World,
  plan: NetworkPlan,
  link: string,
): (hostPorts: readonly string[]) => boolean {
  const left = plan.links.filter((one) => one.link !== link);
  const links = world.links.filter(({ id }) => left.some((one) => one.link === id));
  return (hostPorts) => {
    const nodes = world.hosts
      .filter(({ id }) => hostPorts.includes(`${id}:eth0`))
      .map(({ node }) => node);
    const reached = new Set(nodes.slice(0, 1));
    for (const node of reached) {
      for (const { a, b } of links) {
        if (a === node) reached.add(b);
        if (b === node) reached.add(a);
      }
    }
    return nodes.every((node) => reached.has(node));
  };
}
