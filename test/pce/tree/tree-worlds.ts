import { linkId, vlanId } from "../../../src/model/ids.ts";
import { readyEnds, sceneOf } from "../../../src/pce/plan/attempt.ts";
import { allTrees } from "../../../src/pce/tree/all-trees.ts";
import { type TreeProblem, treeProblem } from "../../../src/pce/tree/tree-problem.ts";
import type { Keep } from "../brute-force.ts";
import { settingOf, type World, type WorldLink, type WorldShape } from "../worlds.ts";

/** Endpoints at several nodes, and scarcity of everything. */
export const GROUPS: WorldShape = { hosts: { min: 3, max: 4 }, maxLinks: 8 };

/** The same, with delays, risk groups and places to pass. */
export const ROUTED: WorldShape = { ...GROUPS, isRouted: true };

/**
 * The tree problem of a world, if each of its endpoints could be in a network at all.
 * Links in `kept` are in every tree with the label given there.
 */
export function problemOf(world: World, kept: Keep = new Map()): TreeProblem | undefined {
  const { topology, ledger, linkState, request } = settingOf(world);
  const keep = [...kept].map(([link, label]) => ({ link: linkId(link), label: vlanId(label) }));
  const scene = sceneOf(topology, ledger, linkState, { ...request, keep });
  return readyEnds(scene)
    .map((ends) => treeProblem(scene, ends))
    .unwrapOr(undefined);
}

/** Trees that join and have what they must, whether they fit or not. */
export function treesOf(problem: TreeProblem): readonly (readonly number[])[] {
  const { graph, needed, given, costs, scene } = problem;
  const isOpen = (link: number): boolean => (costs[link] ?? 0) < Number.POSITIVE_INFINITY;
  const { kept } = scene.availability;
  const trees = [...allTrees({ graph, terminals: needed, kept, isOpen })];
  return trees.filter((links) => given.every((link) => links.includes(link)));
}

/** The ids of links that are given as numbers. */
export function idsOf({ graph }: TreeProblem, links: readonly number[]): readonly string[] {
  return links.flatMap((link) => graph.linkIds[link] ?? []);
}

/** The links of a world that are given as numbers. */
export function worldLinks(
  world: World,
  problem: TreeProblem,
  links: readonly number[],
): readonly WorldLink[] {
  const ids = idsOf(problem, links);
  return world.links.filter(({ id }) => ids.includes(id));
}
