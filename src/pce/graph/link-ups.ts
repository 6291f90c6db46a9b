import type { LinkState } from "../plan/plan.ts";
import { type Graph, linkIdOf } from "./graph.ts";

/** Which links of a graph are up: each is asked for once. O(1) for each after that. */
export class LinkUps {
  readonly #graph: Graph;
  readonly #linkState: LinkState;
  /** Of each link; 0 where it was not asked for yet. */
  readonly #known: Uint8Array;

  constructor(graph: Graph, linkState: LinkState) {
    this.#graph = graph;
    this.#linkState = linkState;
    this.#known = new Uint8Array(graph.linkIds.length);
  }

  isUp(link: number): boolean {
    const known = this.#known[link];
    if (known !== 0) return known === UP;
    const isUp = this.#linkState.isUp(linkIdOf(this.#graph, link));
    this.#known[link] = isUp ? UP : DOWN;
    return isUp;
  }
}

/** Which links are up now; what was known is kept from request to request as long as `version` is the same. */
export function linkUpsOf(graph: Graph, linkState: LinkState): LinkUps {
  const { version } = linkState;
  const known = latest.get(graph);
  if (version !== undefined && known?.version === version) return known.ups;
  const ups = new LinkUps(graph, linkState);
  if (version !== undefined) latest.set(graph, { version, ups });
  return ups;
}

const UP = 1;
const DOWN = 2;

const latest = new WeakMap<Graph, { readonly version: object; readonly ups: LinkUps }>();
