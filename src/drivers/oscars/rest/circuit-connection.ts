import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { blockedRates } from "../blocked.ts";
import { type Circuit, type CircuitNames, circuitKey } from "../circuit.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { LAST_END_S, startAhead, type Times } from "../circuit-times.ts";
import { pathAnswer } from "./path.ts";
import type { RestClient } from "./rest-client.ts";
import type { Fixture, Pipe, SimpleConnection } from "./simple-connection.ts";

/** What a connection is made with. */
export interface CircuitConnectionContext extends CircuitNames {
  readonly client: RestClient;
}

/** A circuit lasts so long at least. */
const MINIMUM_S = 900;
const MTU = 9_000;

/** From when to when a circuit is asked for, seconds since the epoch, if it may begin at `now`. */
export function intervalOf(circuit: Times, now: number): Interval {
  const from = Math.floor(now / 1000);
  const start = startAhead(circuit, now);
  const beginning = start === undefined ? from : Math.floor(start / 1000);
  const { end } = circuit;
  if (end === undefined) return { beginning, ending: LAST_END_S };
  return { beginning, ending: Math.max(Math.ceil(end / 1000), beginning + LEAD_S + MINIMUM_S) };
}

/** Seconds since the epoch. */
interface Interval {
  readonly beginning: number;
  readonly ending: number;
}

/** What is to begin at once begins by so much later, in seconds. */
const LEAD_S = 30;

/** The connection to ask for, for a circuit: its ends, and paths that the server computes. */
export function connectionFor(
  { client, clock, mark, urnOf }: CircuitConnectionContext,
  { id: connectionId, circuit }: { readonly id: string; readonly circuit: Circuit },
  signal: AbortSignal,
): ResultAsync<SimpleConnection, CircuitFault> {
  const interval = intervalOf(circuit, clock.now());
  const { beginning: begin, ending: end } = interval;
  const mode = circuit.isReserved === true ? "MANUAL" : "AUTOMATIC";
  return fixturesOf(circuit, urnOf).asyncAndThen((fixtures) => {
    const devices = [...new Set(fixtures.map(({ junction }) => junction))];
    return pipes(client, { devices, circuit, interval }, signal).map((pipes) => ({
      connectionId,
      ...{ begin, end, connection_mtu: MTU, mode },
      description: `${mark} ${circuitKey(circuit)}`,
      junctions: devices.map((device) => ({ device })),
      ...{ fixtures, pipes, tags: [], projectIds: [] },
    }));
  });
}

function fixturesOf(
  { ends, mbps }: Circuit,
  urnOf: CircuitConnectionContext["urnOf"],
): Result<readonly Fixture[], CircuitFault> {
  const fixtures: Fixture[] = [];
  for (const { port, tag } of ends) {
    const urn = urnOf(port);
    const colon = urn?.indexOf(":") ?? -1;
    if (urn === undefined || colon < 1)
      return err(circuitFault("rejected", `no URN, device:port, is known for ${port}`));
    const vlan = tag === "untagged" ? 0 : tag;
    fixtures.push({ junction: urn.slice(0, colon), port: urn, vlan, strict: true, mbps });
  }
  return ok(fixtures);
}

/**
 * Whether a circuit may take the place of another under its id. The server keeps the ways between devices that
 * it has, and makes none: it takes what needs others, and cannot build it.
 */
export function fitsInstead(
  wanted: Circuit,
  instead: Circuit,
  urnOf: CircuitConnectionContext["urnOf"],
): boolean {
  const devicesOf = ({ ends }: Circuit) => ends.map(({ port }) => urnOf(port)?.split(":")[0]);
  const [before, after] = [devicesOf(instead), devicesOf(wanted)];
  return before[0] === after[0] && after.every((device) => before.includes(device));
}

/** A star of paths that the server computes, from the first device to every other. */
function pipes(
  client: RestClient,
  asked: {
    readonly devices: readonly string[];
    readonly circuit: Circuit;
    readonly interval: Interval;
  },
  signal: AbortSignal,
): ResultAsync<readonly Pipe[], CircuitFault> {
  const {
    devices: [root, ...others],
    circuit,
    interval,
  } = asked;
  if (root === undefined) return okAsync([]);
  const { mbps } = circuit;
  return ResultAsync.combine(
    others.map((z) => {
      const question = { interval, a: root, z, azBw: mbps, zaBw: mbps, include: [root, z] };
      const request = {
        method: "POST" as const,
        path: "/api/pce/paths",
        body: { json: { ...question, exclude: [] } },
      };
      return client.read(pathAnswer, request, signal).andThen((found) => {
        const path = found.fits ?? found.shortest;
        if (path === undefined)
          return err({
            ...circuitFault("unavailable", `no path of ${mbps} Mbit/s from ${root} to ${z}`),
            blocked: blockedRates(circuit),
          });
        return ok({ a: root, z, mbps, protect: false, ero: path.azEro, exclude: [] });
      });
    }),
  );
}
