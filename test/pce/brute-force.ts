import { VLANS, type World, type WorldHost, type WorldLink } from "./worlds.ts";

/** A tree that does, with one way to label it and what it reserves. Links in the order of their ids. */
export interface Solution {
  readonly links: readonly string[];
  readonly cost: number;
  readonly reserved: number;
  /** All VLANs that the network may have on this tree. */
  readonly vlans: readonly number[];
}

export interface Load {
  readonly forward: number;
  readonly backward: number;
}

/**
 * Every tree that satisfies the definitions, found by trying all sets of links. Leaves are nodes of
 * endpoints, or of the links in `keep`, which are in every tree.
 */
export function solutionsOf(world: World, keep: Keep = new Map()): readonly Solution[] {
  return subsets(world.links).flatMap((links) => solutionOf(world, links, keep) ?? []);
}

/** Links that must be there, each with its label. */
export type Keep = ReadonlyMap<string, number>;

/** What the tree of these links is like, if it satisfies the definitions. */
export function solutionOf(
  world: World,
  links: readonly WorldLink[],
  keep: Keep = new Map(),
): Solution | undefined {
  const isPossible =
    endpointsCan(world) &&
    links.every((link) => keep.has(link.id) || isUsable(world, link)) &&
    [...keep.keys()].every((id) => links.some((link) => link.id === id)) &&
    isTree(world, links, keep) &&
    isShort(world, links) &&
    passes(world, links) &&
    hasBandwidth(world, links);
  if (!isPossible) return undefined;
  const vlans = VLANS.filter(
    (vlan) => world.request.vlans.includes(vlan) && canHave(world, links, vlan, keep),
  );
  if (vlans.length === 0) return undefined;
  const cost = links.reduce((sum, link) => sum + link.metric, 0);
  const reserved = links.reduce((sum, link) => {
    const { forward, backward } = loadOf(world, links, link);
    return sum + link.metric * (forward + backward);
  }, 0);
  return { links: links.map((link) => link.id), cost, reserved, vlans };
}

/** Whether these labels, and these tags of the hosts in their order, go together at every node. */
export function isContinuous(
  { nodes, hosts }: World,
  links: readonly WorldLink[],
  labels: readonly number[],
  tags: readonly (number | undefined)[],
): boolean {
  return nodes.every((node) => {
    if (node.translates) return true;
    const here = [
      ...links.flatMap((link, at) =>
        link.a === node.id || link.b === node.id ? [labels[at]] : [],
      ),
      ...hosts.flatMap((host, at) => (host.node === node.id ? [tags[at]] : [])),
    ].filter((tag) => tag !== undefined);
    return new Set(here).size <= 1;
  });
}

/** What `link` reserves in the tree `links`, straight from the table of the design. */
export function loadOf(world: World, links: readonly WorldLink[], link: WorldLink): Load {
  const others = links.filter((other) => other !== link);
  const near = reachable(link.a, others);
  const left = world.hosts.filter((host) => near.has(host.node));
  const right = world.hosts.filter((host) => !near.has(host.node));
  return { forward: load(world, left, right), backward: load(world, right, left) };
}

/** What one side sends to the other. */
export function load(
  { request }: World,
  from: readonly WorldHost[],
  to: readonly WorldHost[],
): number {
  const [sent, received] = [from, to].map((side) => side.reduce((sum, h) => sum + h.rate, 0));
  if (sent === undefined || received === undefined) return 0;
  const flooded = from.length * (request.floodAllowance ?? 0);
  const hose = request.delivery === "flood" ? sent : Math.min(sent, received) + flooded;
  return request.sharing === "shared" ? Math.min(hose, request.bandwidth) : hose;
}

/** What is free on a link for the whole time of the request. */
export function freeOn(link: WorldLink): Load {
  const used = link.isPast ? { forward: 0, backward: 0 } : link.used;
  return { forward: link.capacity - used.forward, backward: link.capacity - used.backward };
}

/** The labels free on a link for the whole time of the request. */
export function labelsOn(link: WorldLink): readonly number[] {
  return link.vlans.filter((vlan) => link.isPast || !link.taken.includes(vlan));
}

/** Whether the ports of the hosts have room, and may be used. */
export function endpointsCan(world: World): boolean {
  const { nodes, hosts, request } = world;
  return hosts.every((host) => {
    const node = nodes.find(({ id }) => id === host.node);
    const others = hosts.filter((other) => other !== host);
    const most = Math.max(load(world, [host], others), load(world, others, [host]));
    const hasRoom = most <= (host.capacity ?? most);
    return node?.enabled && !request.excludedNodes.includes(host.node) && hasRoom;
  });
}

/** Whether a link may be used, labels and bandwidth aside. */
export function isUsable({ nodes, request }: World, link: WorldLink): boolean {
  const ends = nodes.filter(({ id }) => id === link.a || id === link.b);
  return (
    link.up &&
    link.enabled !== false &&
    ends.every((node) => node.enabled && !request.excludedNodes.includes(node.id)) &&
    !request.excludedLinks.includes(link.id) &&
    !link.srlg?.some((group) => request.excludedSrlgs?.includes(group))
  );
}

function subsets<T>(elements: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 1 << elements.length }, (_, bits) =>
    elements.filter((_element, at) => (bits >> at) & 1),
  );
}

function isTree({ hosts }: World, links: readonly WorldLink[], keep: Keep): boolean {
  const [first] = hosts;
  if (first === undefined) return links.length === 0;
  const kept = links.filter((link) => keep.has(link.id)).flatMap((link) => [link.a, link.b]);
  const joined = reachable(first.node, links);
  const ends = links.flatMap((link) => [link.a, link.b]);
  const leaves = [...joined].filter((node) => ends.filter((end) => end === node).length <= 1);
  return (
    hosts.every((host) => joined.has(host.node)) &&
    ends.every((node) => joined.has(node)) &&
    links.length === joined.size - 1 &&
    leaves.every((node) => kept.includes(node) || hosts.some((host) => host.node === node))
  );
}

function reachable(start: string, links: readonly WorldLink[]): ReadonlySet<string> {
  const found = new Set([start]);
  for (const node of found) {
    for (const link of links) {
      if (link.a === node) found.add(link.b);
      if (link.b === node) found.add(link.a);
    }
  }
  return found;
}

function isShort({ hosts, request }: World, links: readonly WorldLink[]): boolean {
  const { maxHops = links.length, maxDelayMs = Number.POSITIVE_INFINITY } = request;
  return hosts.every((from) =>
    hosts.every(
      (to) =>
        hopsBetween(from.node, to.node, links) <= maxHops &&
        delayBetween(from.node, to.node, links) <= maxDelayMs,
    ),
  );
}

/** What a tree delays frames between two of its nodes. */
function delayBetween(from: string, to: string, links: readonly WorldLink[]): number {
  const between = links.filter(
    (link) =>
      !reachable(
        from,
        links.filter((other) => other !== link),
      ).has(to),
  );
  return between.reduce((sum, link) => sum + (link.delayMs ?? 0), 0);
}

function passes({ hosts, request }: World, links: readonly WorldLink[]): boolean {
  const nodes = [...hosts.map(({ node }) => node), ...links.flatMap(({ a, b }) => [a, b])];
  return (
    (request.includedLinks ?? []).every((id) => links.some((link) => link.id === id)) &&
    (request.includedNodes ?? []).every((id) => nodes.includes(id))
  );
}

function hopsBetween(from: string, to: string, links: readonly WorldLink[]): number {
  let ring = new Set([from]);
  const seen = new Set(ring);
  for (let hops = 0; ; hops++) {
    if (ring.has(to)) return hops;
    ring = new Set(
      [...ring].flatMap((node) =>
        links.flatMap((link) =>
          [link.a === node ? link.b : link.b === node ? link.a : node].filter((n) => !seen.has(n)),
        ),
      ),
    );
    for (const node of ring) seen.add(node);
  }
}

function hasBandwidth(world: World, links: readonly WorldLink[]): boolean {
  return links.every((link) => {
    const { forward, backward } = loadOf(world, links, link);
    const free = freeOn(link);
    return forward <= free.forward && backward <= free.backward;
  });
}

/** Whether some label for every link satisfies every node and every endpoint. */
function canHave(world: World, links: readonly WorldLink[], vlan: number, keep: Keep): boolean {
  const tags = world.hosts.map((host) =>
    host.tagging === "untagged" ? undefined : (host.own ?? vlan),
  );
  const areFree = world.hosts.every((host, at) => {
    const tag = tags[at];
    return tag === undefined || (host.vlans.includes(tag) && !host.taken.includes(tag));
  });
  return (
    areFree && labellings(links, keep).some((labels) => isContinuous(world, links, labels, tags))
  );
}

function labellings(links: readonly WorldLink[], keep: Keep): readonly (readonly number[])[] {
  return links.reduce<readonly (readonly number[])[]>(
    (all, link) => {
      const kept = keep.get(link.id);
      const labels = kept === undefined ? labelsOn(link) : [kept];
      return all.flatMap((some) => labels.map((label) => [...some, label]));
    },
    [[]],
  );
}
