import type { LinkId } from "../model/ids.ts";
import { departureAt } from "../pce/index.ts";
import type { Realisation } from "./realisation.ts";

/**
 * By which links the frames of a network go while some of its links are down: those of its plan, and
 * what stands in for the ones that are not up; undefined where there is a gap that nothing fills.
 */
export function linksInUse(
  { plan, backup, bypasses }: Pick<Realisation, "plan" | "backup" | "bypasses">,
  isUp: (link: LinkId) => boolean,
): readonly LinkId[] | undefined {
  const links = plan.links.map(({ link }) => link);
  const dead = links.filter((link) => !isUp(link));
  if (dead.length === 0) return links;
  if (backup !== undefined) {
    const spare = backup.links.map(({ link }) => link);
    return spare.every(isUp) ? spare : undefined;
  }
  const ways = bypasses?.ways ?? [];
  const instead = dead.map((link) => {
    const ends = ways.flatMap((way) => way.ends.filter((end) => end.link === link));
    const taken = ends.flatMap(({ node }) => departureAt(ways, { from: node, link })?.bypass ?? []);
    return taken.filter((way) => way.links.every((one) => isUp(one.link)));
  });
  if (instead.some((found) => found.length === 0)) return undefined;
  const around = instead.flat().flatMap((way) => way.links.map(({ link }) => link));
  return [...new Set([...links.filter(isUp), ...around])];
}
