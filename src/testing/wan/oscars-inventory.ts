import type { PathRequest } from "../../drivers/oscars/rest/path.ts";
import type { Adjacency, TimeInterval } from "../../drivers/oscars/rest/port.ts";
import type {
  Fixture,
  Pipe,
  SimpleConnection,
  Validity,
} from "../../drivers/oscars/rest/simple-connection.ts";
import { type Interval, overlaps } from "../../model/interval.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import { peakOf, type Taken } from "./taken.ts";

/** A port that a simulated OSCARS server sells, or that joins two of its devices. */
export interface OscarsPort {
  /** Mbit/s, each way. */
  readonly capacity: number;
  readonly vlans: VlanSet;
}

/** What a simulated OSCARS server has: ports by URN, `device:port`, and what joins its devices. */
export interface OscarsInventory {
  readonly ports: ReadonlyMap<string, OscarsPort>;
  /** The capacity of each is that of its two ports. */
  readonly adjacencies: readonly Adjacency[];
}

/** What is wrong with one part of a request, named as the message names it. */
export interface PartFault {
  readonly part: Fixture | Pipe | "connection";
  readonly message: string;
}

/** Everything that is wrong with a request, against what others have taken at its time. */
export function faultsOf(
  inventory: OscarsInventory,
  all: readonly SimpleConnection[],
  wanted: SimpleConnection,
): readonly PartFault[] {
  const span = spanOf(wanted);
  const others = besides(all, span);
  const fixtures = wanted.fixtures.flatMap((each) => fixtureFault(inventory, others, each, span));
  const pipes = wanted.pipes.flatMap((each) => pipeFault(inventory, others, each, span));
  return [...shapeFaults(wanted), ...fixtures, ...pipes];
}

/** The request with the server's verdict on it and on each part. */
export function judged(
  wanted: SimpleConnection,
  faults: readonly PartFault[],
): Record<string, unknown> {
  const verdict = (part: PartFault["part"]): Validity => {
    const own = part === "connection" ? faults : faults.filter((fault) => fault.part === part);
    return { valid: own.length === 0, message: own.map(({ message }) => `${message}\n`).join("") };
  };
  return {
    ...wanted,
    fixtures: wanted.fixtures.map((each) => ({ ...each, validity: verdict(each) })),
    pipes: wanted.pipes.map((each) => ({
      ...{ azMbps: null, zaMbps: null, ...each },
      ...{ validity: verdict(each), eroValidity: {} },
    })),
    ...{ phase: null, state: null, last_modified: null, username: "anonymous" },
    validity: verdict("connection"),
  };
}

/** When something is had. Seconds since the epoch. */
function spanOf({ begin, end }: Pick<SimpleConnection, "begin" | "end">): Interval {
  return { start: begin, end };
}

function besides(all: readonly SimpleConnection[], span: Interval): readonly SimpleConnection[] {
  return all.filter((each) => overlaps(spanOf(each), span));
}

/** What the inventory of a real server has beside VLANs. */
const NO_VLAN = { floor: 4095, ceiling: 4095 };

/** What is left of every port all through an interval, as the server tells it. */
export function availabilityOf(
  inventory: OscarsInventory,
  all: readonly SimpleConnection[],
  { beginning, ending }: TimeInterval,
): Record<string, unknown> {
  const span = { start: beginning, end: ending };
  const others = besides(all, span);
  const room = roomOf(inventory, others, span);
  const entries = [...inventory.ports].map(([port, { vlans }]) => {
    const taken = others.flatMap(({ fixtures }) =>
      fixtures.filter((each) => each.port === port && each.vlan !== 0).map(({ vlan }) => vlan),
    );
    const text = vlans.difference(VlanSet.of(...taken)).toString();
    const vlanRanges = (text === "" ? [] : text.split(",")).map((range) => {
      const [floor, ceiling = floor] = range.split("-").map(Number);
      return { floor, ceiling };
    });
    return [
      port,
      {
        vlanRanges: [...vlanRanges, NO_VLAN],
        ingressBandwidth: room(port),
        egressBandwidth: room(port),
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** The path of the fewest hops that has room, as the server writes paths; null if there is none. */
export function pathBetween(
  inventory: OscarsInventory,
  others: readonly SimpleConnection[],
  { interval, a, z, azBw, zaBw }: PathRequest,
): Record<string, unknown> | null {
  const room = roomOf(inventory, others, { start: interval.beginning, end: interval.ending });
  const wanted = Math.max(azBw, zaBw);
  const queue: (readonly string[])[] = [[a]];
  const seen = new Set([a]);
  for (let ero = queue.shift(); ero !== undefined; ero = queue.shift()) {
    const at = ero.at(-1) ?? a;
    if (at === z) return pathOf(ero, room);
    for (const [out, into, device] of neighbours(inventory, at)) {
      if (seen.has(device) || Math.min(room(out), room(into)) < wanted) continue;
      seen.add(device);
      queue.push([...ero, out, into, device]);
    }
  }
  return null;
}

function pathOf(azEro: readonly string[], room: (port: string) => number): Record<string, unknown> {
  const hops = (ero: readonly string[]) => ero.map((urn) => ({ urn }));
  const available = Math.min(...azEro.filter((urn) => urn.includes(":")).map(room));
  return {
    ...{ cost: (azEro.length - 1) / 3, azEro: hops(azEro), zaEro: hops([...azEro].reverse()) },
    ...{ azAvailable: available, zaAvailable: available },
    ...{ azBaseline: available, zaBaseline: available },
  };
}

function neighbours(
  { adjacencies }: OscarsInventory,
  device: string,
): readonly (readonly [string, string, string])[] {
  return adjacencies.flatMap(({ a, b, y, z }): [string, string, string][] => {
    if (a === device) return [[b, y, z]];
    return z === device ? [[y, b, a]] : [];
  });
}

/** What is left of each port all through a span, Mbit/s: at the edge of fixtures, inside of pipes. */
function roomOf(
  { ports }: OscarsInventory,
  others: readonly SimpleConnection[],
  span: Interval,
): (port: string) => number {
  const taken = new Map<string, Taken[]>();
  const take = (port: string, amount: number, interval: Interval): void =>
    void taken.set(port, [...(taken.get(port) ?? []), { amount, interval }]);
  for (const each of others) {
    for (const fixture of each.fixtures) take(fixture.port, rateOf(fixture), spanOf(each));
    for (const pipe of each.pipes)
      for (const urn of pipe.ero) if (ports.has(urn)) take(urn, rateOf(pipe), spanOf(each));
  }
  return (port) => (ports.get(port)?.capacity ?? 0) - peakOf(taken.get(port) ?? [], span);
}

function fixtureFault(
  inventory: OscarsInventory,
  others: readonly SimpleConnection[],
  fixture: Fixture,
  span: Interval,
): readonly PartFault[] {
  const { port, vlan, junction } = fixture;
  const fault = (message: string): PartFault[] => [{ part: fixture, message }];
  const sold = inventory.ports.get(port);
  if (sold === undefined || !port.startsWith(`${junction}:`)) return fault(`unknown port ${port}`);
  const isUsed = others.some(({ fixtures }) =>
    fixtures.some((other) => other.port === port && other.vlan === vlan),
  );
  if (isUsed || (vlan !== 0 && !sold.vlans.has(vlan)))
    return fault(`VLAN ${vlan} not available on ${port}`);
  const left = roomOf(inventory, others, span)(port);
  return left < rateOf(fixture) ? fault(`${port} has ${left} Mbps available`) : [];
}

function pipeFault(
  inventory: OscarsInventory,
  others: readonly SimpleConnection[],
  pipe: Pipe,
  span: Interval,
): readonly PartFault[] {
  const fault = (message: string): PartFault[] => [{ part: pipe, message }];
  const { ero, a, z } = pipe;
  if (ero.length % 3 !== 1 || ero[0] !== a || ero.at(-1) !== z) return fault("not a strict ERO");
  for (let at = 0; at + 3 < ero.length; at += 3) {
    const [from = "", out, into, to] = ero.slice(at, at + 4);
    const joins = neighbours(inventory, from);
    if (!joins.some((each) => each[0] === out && each[1] === into && each[2] === to))
      return fault(`${from} and ${to} are not joined so`);
  }
  const room = roomOf(inventory, others, span);
  const short = ero.find((urn) => inventory.ports.has(urn) && room(urn) < rateOf(pipe));
  return short === undefined ? [] : fault(`${short} has ${room(short)} Mbps available`);
}

/** Two ends or more, and every one of them joined to every other. */
function shapeFaults({ fixtures, junctions, pipes }: SimpleConnection): readonly PartFault[] {
  const fault = (message: string): PartFault[] => [{ part: "connection", message }];
  if (fixtures.length < 2 || junctions.length < 1) return fault("too few fixtures or junctions");
  const reached = new Set(junctions.slice(0, 1).map(({ device }) => device));
  for (const _ of pipes)
    for (const { a, z } of pipes)
      if (reached.has(a) || reached.has(z)) for (const end of [a, z]) reached.add(end);
  const devices = [...junctions.map(({ device }) => device), ...fixtures.map((f) => f.junction)];
  return devices.every((each) => reached.has(each)) ? [] : fault("not connected");
}

function rateOf(part: Fixture | Pipe): number {
  if (part.mbps !== undefined) return part.mbps;
  return "port" in part
    ? Math.max(part.inMbps ?? 0, part.outMbps ?? 0)
    : Math.max(part.azMbps ?? 0, part.zaMbps ?? 0);
}
