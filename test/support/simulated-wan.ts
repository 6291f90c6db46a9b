import type { HttpClient } from "../../src/drivers/oscars/http/http.ts";
import { OscarsDriver, type OscarsDriverTimes } from "../../src/drivers/oscars/oscars-driver.ts";
import type { Clock } from "../../src/model/clock.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import {
  type CircuitChange,
  type FaultyServer,
  type MemoryHttp,
  SimIdcpServer,
  SimNsiProvider,
  SimOscarsServer,
} from "../../src/testing/index.ts";

/** The dialects that a wide-area domain may speak. */
export const dialects = ["nsi", "rest", "idcp"] as const;
export type Dialect = (typeof dialects)[number];

export interface SimulatedWanOptions {
  readonly clock: Clock;
  readonly http: MemoryHttp;
  /** Ports of the node, `wan1:a`: where circuits may end. */
  readonly ports: readonly string[];
  readonly onCircuit?: (change: CircuitChange) => void;
  /** How long each step takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** How long OSCARS 1 wants beforehand; half a minute when absent. */
  readonly leadSeconds?: number;
  /** Carries what the server tells unasked, in place of `http`. */
  readonly telling?: HttpClient;
}

/** A wide-area domain that sells circuits of up to 1 Gbit/s, and how a driver asks it. */
export interface SimulatedWan {
  readonly server: FaultyServer;
  /** By the name that the server has for it, the port. */
  readonly portOf: (name: string) => string;
  driver(times?: OscarsDriverTimes): OscarsDriver;
}

const SERVER = "http://wan.example";

/** The same domain in any dialect. */
export function simulatedWan(dialect: Dialect, options: SimulatedWanOptions): SimulatedWan {
  const { http, ports } = options;
  const urns = Object.fromEntries(ports.map((port) => [port, urnOf(dialect, port)]));
  const server = serverOf(dialect, options, Object.values(urns));
  http.serve(SERVER, (request) => server.handler(request));
  return {
    server,
    portOf: (name) => ports.find((port) => urns[port] === name) ?? name,
    driver: (times = {}) => driverOf(dialect, http, urns, times),
  };
}

function urnOf(dialect: Dialect, port: string): string {
  const id = port.slice(port.indexOf(":") + 1);
  switch (dialect) {
    case "nsi":
      return `urn:ogf:network:wan.example:2026:topology:${id}`;
    case "rest":
      return `edge-${id}:1/1/1`;
    case "idcp":
      return `urn:ogf:network:domain=wan.example:node=n1:port=${id}:link=1`;
  }
}

function serverOf(
  dialect: Dialect,
  { clock, http, onCircuit, delayMs = 0, leadSeconds, telling = http }: SimulatedWanOptions,
  urns: readonly string[],
): FaultyServer {
  const sold = { capacity: 1_000, vlans: VlanSet.default };
  const ports = new Map(urns.map((urn) => [urn, sold]));
  const common = { clock, ...(onCircuit === undefined ? {} : { onCircuit }) };
  switch (dialect) {
    case "nsi":
      return new SimNsiProvider({ ...common, nsa: NSA, ports, http: telling, delayMs });
    case "idcp":
      return new SimIdcpServer({ ...common, domain: "wan.example", ports, delayMs });
    case "rest": {
      const lead = leadSeconds === undefined ? {} : { leadSeconds };
      const star = starOf(urns);
      return new SimOscarsServer({
        ...{ ...common, ...lead, buildMs: delayMs, adjacencies: star },
        ports: new Map([
          ...ports,
          ...star.flatMap(({ b, y }) => [b, y].map((p) => [p, inside] as const)),
        ]),
      });
    }
  }
}

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const inside = { capacity: 1_000_000, vlans: VlanSet.default };

/** All edges are joined in one core. */
function starOf(urns: readonly string[]) {
  return urns.map((urn) => {
    const device = urn.slice(0, urn.indexOf(":"));
    return { a: device, b: `${device}:core`, y: `core:${device}`, z: "core" };
  });
}

function driverOf(
  dialect: Dialect,
  http: MemoryHttp,
  urns: Readonly<Record<string, string>>,
  times: OscarsDriverTimes,
): OscarsDriver {
  switch (dialect) {
    case "rest":
      return new OscarsDriver({ dialect, url: SERVER, http, urns, times });
    case "idcp":
      return new OscarsDriver({ dialect, url: `${SERVER}/OSCARS`, http, urns, times });
    case "nsi": {
      const driver = new OscarsDriver({
        ...{ dialect, http, times, stps: urns },
        provider: { nsa: NSA, url: `${SERVER}/` },
        requester: {
          nsa: "urn:ogf:network:us.example:2026:nsa",
          callbacks: { url: "http://us.example/" },
        },
      });
      http.serve("http://us.example", driver.callbacks);
      return driver;
    }
  }
}
