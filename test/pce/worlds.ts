import * as fc from "fast-check";
import { linkChannel, linkLabels, portLabels } from "../../src/ledger/channel.ts";
import { Ledger } from "../../src/ledger.ts";
import type { Tagging } from "../../src/model/attachment.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { linkId, nodeId, portOf, vlanId } from "../../src/model/ids.ts";
import type { Delivery, Sharing } from "../../src/model/network.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import type { LinkState, PathRequest, PlanEndpoint, PlanRequest } from "../../src/pce/index.ts";
import { topologyResources } from "../../src/pce/index.ts";
import { Topology } from "../../src/topology.ts";

/** A small fabric, what is promised on it already, and a request, all as plain data. */
export interface World {
  readonly nodes: readonly WorldNode[];
  readonly links: readonly WorldLink[];
  readonly hosts: readonly WorldHost[];
  readonly request: WorldRequest;
}

export interface WorldNode {
  readonly id: string;
  readonly translates: boolean;
  readonly enabled: boolean;
  /** True by default. */
  readonly branching?: boolean;
}

export interface WorldLink {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly capacity: number;
  readonly vlans: readonly number[];
  readonly metric: number;
  /** Nothing by default. */
  readonly delayMs?: number;
  readonly srlg?: readonly string[];
  readonly up: boolean;
  /** True by default. */
  readonly enabled?: boolean;
  /** Promised to somebody else. */
  readonly used: { readonly forward: number; readonly backward: number };
  readonly taken: readonly number[];
  /** Whether what is promised is over before the request begins. */
  readonly isPast: boolean;
}

export interface WorldHost {
  readonly id: string;
  readonly node: string;
  readonly vlans: readonly number[];
  readonly taken: readonly number[];
  readonly tagging: Tagging;
  readonly own: number | undefined;
  readonly rate: number;
  /** Of its port, each way; without limit by default. */
  readonly capacity?: number | undefined;
}

export interface WorldRequest {
  readonly bandwidth: number;
  readonly sharing: Sharing;
  readonly delivery: Delivery;
  readonly vlans: readonly number[];
  readonly floodAllowance: number | undefined;
  readonly maxHops: number | undefined;
  readonly maxDelayMs?: number | undefined;
  readonly excludedLinks: readonly string[];
  readonly excludedNodes: readonly string[];
  readonly excludedSrlgs?: readonly string[];
  readonly includedLinks?: readonly string[];
  readonly includedNodes?: readonly string[];
}

/** All VLANs that occur. */
export const VLANS: readonly number[] = [2, 3, 4];

/** All shared risk link groups that occur. */
export const SRLGS: readonly string[] = ["duct", "mast"];

/** What worlds are drawn from; narrow ones make some property the likely case. */
export interface WorldShape {
  readonly hosts: { readonly min: number; readonly max: number };
  readonly maxNodes?: number;
  readonly maxLinks?: number;
  /** Whether everything but bandwidth is plain: all VLANs, all nodes translate, no exclusions. */
  readonly isPlain?: boolean;
  /** Whether links have delays and risk groups, and requests ask for some and to pass some. */
  readonly isRouted?: boolean;
  /** Whether all rates are equal. */
  readonly isUniform?: boolean;
}

const often = (p: number): fc.Arbitrary<boolean> =>
  fc.integer({ min: 1, max: 100 }).map((n) => n <= p);

/** Worlds with parallel links, ties and scarcity of everything. */
export function worlds(shape: WorldShape): fc.Arbitrary<World> {
  const { maxNodes = 5, maxLinks = 8, isPlain = false } = shape;
  const plain = <T>(value: T, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    isPlain ? fc.constant(value) : arbitrary;
  const routed = <T>(value: T, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    shape.isRouted ? arbitrary : fc.constant(value);
  return fc.integer({ min: 2, max: maxNodes }).chain((count) => {
    const ids = Array.from({ length: count }, (_, i) => `n${i}`);
    const someNode = fc.constantFrom(...ids);
    const node = (id: string): fc.Arbitrary<WorldNode> =>
      fc.record({
        id: fc.constant(id),
        translates: plain(true, fc.boolean()),
        enabled: plain(true, often(97)),
      });
    const vlans = plain<readonly number[]>(
      VLANS,
      fc.oneof(
        { weight: 2, arbitrary: fc.constant(VLANS) },
        { weight: 1, arbitrary: fc.subarray([...VLANS], { minLength: 1 }) },
      ),
    );
    const taken = plain<readonly number[]>([], fc.subarray([...VLANS], { maxLength: 2 }));
    const link = (index: number): fc.Arbitrary<WorldLink> =>
      fc
        .record({
          id: fc.constant(`l${String(index).padStart(2, "0")}`),
          ends: fc.tuple(someNode, someNode).filter(([a, b]) => a !== b),
          capacity: fc.integer({ min: 4, max: 20 }),
          vlans,
          metric: fc.integer({ min: 0, max: 3 }),
          delayMs: routed(0, fc.integer({ min: 0, max: 3 })),
          srlg: routed<readonly string[]>([], fc.subarray([...SRLGS])),
          up: plain(true, often(95)),
          used: fc.record({ forward: fc.nat(4), backward: fc.nat(4) }),
          taken,
          isPast: fc.boolean(),
        })
        .map(({ ends: [a, b], ...rest }) => ({ ...rest, a, b }));
    const hostCount = fc.integer(shape.hosts);
    const uniform = fc.integer({ min: 1, max: 6 });
    return fc
      .tuple(hostCount, fc.integer({ min: count - 1, max: maxLinks }), uniform)
      .chain(([hosts, linkCount, rate]) =>
        fc.record({
          nodes: fc.tuple(...ids.map(node)),
          links: fc.tuple(...Array.from({ length: linkCount }, (_, i) => link(i))),
          hosts: fc.tuple(
            ...Array.from({ length: hosts }, (_, i) =>
              fc.record({
                id: fc.constant(`h${i}`),
                node: someNode,
                vlans,
                taken: plain<readonly number[]>([], fc.subarray([...VLANS], { maxLength: 1 })),
                tagging: plain<Tagging>("tagged", fc.constantFrom("tagged", "untagged")),
                own: plain<number | undefined>(
                  undefined,
                  fc.oneof(
                    { weight: 6, arbitrary: fc.constant(undefined) },
                    { weight: 1, arbitrary: fc.constantFrom(...VLANS) },
                  ),
                ),
                rate: shape.isUniform ? fc.constant(rate) : fc.integer({ min: 1, max: 6 }),
                capacity: plain<number | undefined>(
                  undefined,
                  fc.oneof(
                    { weight: 9, arbitrary: fc.constant(undefined) },
                    { weight: 1, arbitrary: fc.integer({ min: 3, max: 12 }) },
                  ),
                ),
              }),
            ),
          ),
          request: fc.record({
            bandwidth: shape.isUniform ? fc.constant(rate) : fc.integer({ min: 1, max: 8 }),
            sharing: fc.constantFrom<Sharing[]>("hose", "shared"),
            delivery: fc.constantFrom<Delivery[]>("static", "learn", "flood"),
            vlans: plain<readonly number[]>(VLANS, fc.subarray([...VLANS], { minLength: 1 })),
            floodAllowance: fc.option(fc.integer({ min: 0, max: 1 }), { nil: undefined }),
            maxHops: plain<number | undefined>(
              undefined,
              fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined, freq: 3 }),
            ),
            excludedLinks: plain<readonly string[]>([], fc.subarray(["l00"])),
            excludedNodes: plain<readonly string[]>(
              [],
              often(10).map((yes) => (yes ? ["n0"] : [])),
            ),
            maxDelayMs: routed<number | undefined>(
              undefined,
              fc.option(fc.integer({ min: 0, max: 7 }), { nil: undefined }),
            ),
            excludedSrlgs: routed<readonly string[]>(
              [],
              fc.option(fc.subarray([...SRLGS], { maxLength: 1 }), { nil: [], freq: 1 }),
            ),
            includedLinks: routed<readonly string[]>([], fc.subarray(["l01"])),
            includedNodes: routed<readonly string[]>([], fc.subarray(ids, { maxLength: 2 })),
          }),
        }),
      );
  });
}

/** A world in the types of the library. */
export interface Setting {
  readonly topology: Topology;
  readonly ledger: Ledger;
  readonly linkState: LinkState;
  readonly request: PlanRequest;
}

const REQUESTED = { start: 100, end: Number.POSITIVE_INFINITY };
const PAST = { start: 0, end: 100 };

/** Makes the world; `order` puts the elements of the document in any order. */
export function settingOf(
  world: World,
  order: <T>(elements: readonly T[]) => readonly T[] = (elements) => elements,
): Setting {
  const topology = Topology.parse(documentOf(world, order))._unsafeUnwrap();
  const down = new Set(world.links.filter((link) => !link.up).map((link) => link.id));
  return {
    topology,
    ledger: ledgerOf(world, topology),
    linkState: { isUp: (link) => !down.has(link) },
    request: requestOf(world, topology),
  };
}

/** A world with two hosts, for paths between them. */
export interface PathSetting extends Omit<Setting, "request"> {
  readonly request: PathRequest;
}

/** Makes a world that has two hosts. */
export function pathSettingOf(world: World): PathSetting {
  const { request, ...setting } = settingOf(world);
  const [from, to] = request.endpoints;
  if (from === undefined || to === undefined) throw new Error("a path has two ends");
  return { ...setting, request: { ...request, endpoints: [from, to] } };
}

function documentOf(world: World, order: <T>(elements: readonly T[]) => readonly T[]): unknown {
  return {
    format: "dcns-topology/1",
    domains: [{ id: "d", driver: "memory" }],
    nodes: order(world.nodes).map((node) => ({
      id: node.id,
      domain: "d",
      vlanTranslation: node.translates,
      enabled: node.enabled,
      branching: node.branching ?? true,
      ports: [
        ...order(world.links)
          .filter((link) => link.a === node.id || link.b === node.id)
          .map((link) => ({ id: link.id })),
        ...order(world.hosts)
          .filter((host) => host.node === node.id)
          .map(({ id, vlans, capacity }) => ({ id, vlans: vlans.join(), capacity })),
      ],
    })),
    links: order(world.links).map((link) => ({
      id: link.id,
      a: `${link.a}:${link.id}`,
      b: `${link.b}:${link.id}`,
      capacity: link.capacity,
      vlans: link.vlans.join(),
      metric: link.metric,
      delayMs: link.delayMs ?? 0,
      srlg: link.srlg ?? [],
      enabled: link.enabled ?? true,
    })),
    hosts: order(world.hosts).map((host) => ({
      host: host.id,
      nic: "eth0",
      port: `${host.node}:${host.id}`,
      tagging: host.tagging,
    })),
  };
}

function ledgerOf(world: World, topology: Topology): Ledger {
  const empty = Ledger.over(topologyResources(topology));
  const withLinks = world.links.reduce((ledger, link) => {
    const id = linkId(link.id);
    const labels = link.taken.filter((label) => link.vlans.includes(label));
    return ledger
      .reserve({
        holder: `on ${id}`,
        interval: link.isPast ? PAST : REQUESTED,
        bandwidth: [
          { channel: linkChannel(id, "forward"), amount: bandwidth(link.used.forward) },
          { channel: linkChannel(id, "backward"), amount: bandwidth(link.used.backward) },
        ],
        labels: labels.map((label) => ({ space: linkLabels(id), label: vlanId(label) })),
      })
      ._unsafeUnwrap();
  }, empty);
  return world.hosts.reduce((ledger, host) => {
    const space = portLabels(portOf(host.node, host.id));
    const labels = host.taken.filter((label) => host.vlans.includes(label));
    return ledger
      .reserve({
        holder: `on ${host.id}`,
        interval: REQUESTED,
        bandwidth: [],
        labels: labels.map((label) => ({ space, label: vlanId(label) })),
      })
      ._unsafeUnwrap();
  }, withLinks);
}

/** Nothing where nothing is to be passed, as most requests have it. */
function includeOf({
  includedLinks = [],
  includedNodes = [],
}: WorldRequest): Pick<PlanRequest, "include"> {
  if (includedLinks.length + includedNodes.length === 0) return {};
  const links = new Set(includedLinks.map(linkId));
  return { include: { links, nodes: new Set(includedNodes.map(nodeId)) } };
}

function requestOf({ hosts, request }: World, topology: Topology): PlanRequest {
  const endpoints = hosts.flatMap((host): PlanEndpoint[] => {
    const touchPoint = topology.touchPoints.get(`${host.id}:eth0`);
    if (touchPoint === undefined) return [];
    const vlan = host.own === undefined ? {} : { vlan: vlanId(host.own) };
    return [{ touchPoint, tagging: host.tagging, bandwidth: bandwidth(host.rate), ...vlan }];
  });
  return {
    holder: "me",
    endpoints,
    bandwidth: bandwidth(request.bandwidth),
    sharing: request.sharing,
    delivery: request.delivery,
    vlans: VlanSet.of(...request.vlans),
    interval: REQUESTED,
    exclude: {
      links: new Set(request.excludedLinks.map(linkId)),
      nodes: new Set(request.excludedNodes.map(nodeId)),
      srlgs: new Set(request.excludedSrlgs ?? []),
    },
    ...includeOf(request),
    ...(request.maxDelayMs === undefined ? {} : { maxDelayMs: request.maxDelayMs }),
    ...(request.floodAllowance === undefined
      ? {}
      : { floodAllowance: bandwidth(request.floodAllowance) }),
    // The oracles add up metrics.
    cost: "metric",
    ...(request.maxHops === undefined ? {} : { maxHops: request.maxHops }),
  };
}
