import type { HttpClient } from "../../src/drivers/oscars/http/http.ts";
import { OscarsDriver } from "../../src/drivers/oscars/oscars-driver.ts";
import type { OscarsDriverTimes } from "../../src/drivers/oscars/oscars-driver-options.ts";
import type { Clock } from "../../src/model/clock.ts";
import { type VlanId, vlanId } from "../../src/model/ids.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import {
  type CircuitChange,
  type FaultyServer,
  type MemoryHttp,
  SimIdcpServer,
  SimNsiProvider,
  SimOscarsServer,
} from "../../src/testing/index.ts";
import { nsiPeerQuirks } from "../../src/testing/wan/nsi-peers.ts";

/** The dialects that a wide-area domain may speak. */
export const dialects = ["nsi", "rest", "idcp"] as const;
/**
 * Servers that speak one of these otherwise: the messages of OSCARS 0.5, circuits that an IDCP server
 * sets up by itself at their start, an NSI provider that changes no reservation (OpenNSA).
 */
export const accents = ["idcp-0.5", "idcp-timer", "nsi-opennsa"] as const;
export type Dialect = (typeof dialects)[number] | (typeof accents)[number];

export interface SimulatedWanOptions {
  readonly clock: Clock;
  readonly http: MemoryHttp;
  /** What the domain is called; `wan` when absent. */
  readonly name?: string;
  /** Ports of the node, `wan1:a`: where circuits may end. */
  readonly ports: readonly string[];
  /** Which of the server's ports one of the node is, where several are the same; itself when absent. */
  readonly samePort?: (port: string) => string;
  readonly onCircuit?: (change: CircuitChange) => void;
  /** How long each step takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** How long OSCARS 1 wants beforehand; half a minute when absent. */
  readonly leadSeconds?: number;
  /** Whether the driver asks ahead of time; it does when absent. */
  readonly promisesAhead?: boolean;
  /** What may be sold of each port; 1 Gbit/s and all VLANs for data when absent. */
  readonly sold?: { readonly capacity: number; readonly vlans: VlanSet };
  /** Carries what the server tells unasked, in place of `http`. */
  readonly telling?: HttpClient;
}

/** A wide-area domain that sells circuits of up to 1 Gbit/s, and how a driver asks it. */
export interface SimulatedWan {
  readonly server: FaultyServer;
  /** By the name that the server has for it, the port. */
  readonly portOf: (name: string) => string;
  /** Asks by `asking`, where that is another way than `http`; `agent` tells several agents apart. */
  driver(times?: OscarsDriverTimes, asking?: HttpClient, agent?: string): OscarsDriver;
  /** Sells nearly all of a port to others, or what is said; a label that no link has when absent. */
  sellOut(port: string, what?: { readonly mbps?: number; readonly vlan?: number }): void;
}

/** The same domain in any dialect. */
export function simulatedWan(dialect: Dialect, options: SimulatedWanOptions): SimulatedWan {
  const { http, ports, name = "wan", samePort = (port) => port, promisesAhead = true } = options;
  const domain = `${name}.example`;
  const urns = Object.fromEntries(
    ports.map((port) => [port, urnOf(dialect, domain, samePort(port))]),
  );
  const server = serverOf(dialect, domain, options, [...new Set(Object.values(urns))]);
  http.serve(`http://${domain}`, (request) => server.handler(request));
  return {
    server,
    portOf: (urn) => ports.find((port) => urns[port] === urn) ?? urn,
    sellOut: (port, { mbps = 950, vlan = 4094 } = {}) =>
      sellOut(server, urns[port] ?? port, { mbps, vlan: vlanId(vlan) }),
    driver: (times = {}, asking = http, agent = "us") =>
      driverOf(dialect, domain, { http, asking, urns, times, agent, promisesAhead }),
  };
}

function urnOf(dialect: Dialect, domain: string, port: string): string {
  const id = port.replace(":", "-");
  switch (dialect) {
    case "nsi":
    case "nsi-opennsa":
      return `urn:ogf:network:${domain}:2026:topology:${id}`;
    case "rest":
      return `edge-${id}:1/1/1`;
    case "idcp":
    case "idcp-0.5":
    case "idcp-timer":
      return `urn:ogf:network:domain=${domain}:node=n1:port=${id}:link=1`;
  }
}

function serverOf(
  dialect: Dialect,
  domain: string,
  options: SimulatedWanOptions,
  urns: readonly string[],
): SimNsiProvider | SimOscarsServer | SimIdcpServer {
  const { clock, http, onCircuit, delayMs = 0, leadSeconds, telling = http } = options;
  const { sold = { capacity: 1_000, vlans: VlanSet.default } } = options;
  const ports = new Map(urns.map((urn) => [urn, sold]));
  const common = { clock, ...(onCircuit === undefined ? {} : { onCircuit }) };
  switch (dialect) {
    case "nsi":
      return new SimNsiProvider({ ...common, nsa: nsaOf(domain), ports, http: telling, delayMs });
    case "nsi-opennsa": {
      // OpenNSA itself sells any capacity; a domain of which something is to be learnt does not.
      const quirks = { ...nsiPeerQuirks.opennsa, checksCapacity: true };
      const nsi = { nsa: nsaOf(domain), ports, http: telling, delayMs, quirks };
      return new SimNsiProvider({ ...common, ...nsi });
    }
    case "idcp":
      return new SimIdcpServer({ ...common, domain, ports, http: telling, delayMs });
    case "idcp-timer":
      return new SimIdcpServer({ ...common, domain, ports, delayMs });
    case "idcp-0.5":
      return new SimIdcpServer({ ...common, domain, ports, delayMs, version: "0.5" });
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

function nsaOf(domain: string): string {
  return `urn:ogf:network:${domain}:2026:nsa`;
}

function sellOut(
  server: ReturnType<typeof serverOf>,
  urn: string,
  { mbps, vlan }: { readonly mbps: number; readonly vlan: VlanId },
): void {
  if (server instanceof SimNsiProvider)
    server.sellElsewhere({ capacity: mbps, ends: [{ port: urn, vlan }] });
  else if (server instanceof SimIdcpServer) server.sellElsewhere(urn, { mbps, vlan });
  else {
    const junction = urn.slice(0, urn.indexOf(":"));
    const fixture = { junction, port: urn, vlan, strict: true, mbps };
    server.sellElsewhere({ fixtures: [fixture], pipes: [] });
  }
}

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
  domain: string,
  {
    http,
    asking,
    urns,
    times,
    agent,
    promisesAhead,
  }: {
    readonly promisesAhead: boolean;
    readonly times: OscarsDriverTimes;
    readonly http: MemoryHttp;
    readonly asking: HttpClient;
    readonly urns: Readonly<Record<string, string>>;
    readonly agent: string;
  },
): OscarsDriver {
  const url = `http://${domain}`;
  const common = { http: asking, times, promisesAhead };
  switch (dialect) {
    case "rest":
      return new OscarsDriver({ ...common, dialect, url, urns });
    case "idcp": {
      const notifications = { broker: `${url}/wsnbroker`, url: `http://${agent}.${domain}/` };
      const driver = new OscarsDriver({
        ...{ ...common, dialect, url: `${url}/OSCARS`, urns, notifications },
      });
      http.serve(`http://${agent}.${domain}`, driver.callbacks);
      return driver;
    }
    // Tells nothing, so that all is seen by looking.
    case "idcp-0.5":
      return new OscarsDriver({
        ...{ ...common, dialect: "idcp", peer: "oscars-0.5", url: `${url}/OSCARS`, urns },
      });
    case "idcp-timer":
      return new OscarsDriver({
        ...{ ...common, dialect: "idcp", url: `${url}/OSCARS`, urns },
        profile: { pathSetup: "timer-automatic" },
      });
    case "nsi":
    case "nsi-opennsa": {
      const driver = new OscarsDriver({
        ...{ ...common, dialect: "nsi", stps: urns },
        peer: dialect === "nsi" ? "standard" : "opennsa",
        provider: { nsa: nsaOf(domain), url: `${url}/` },
        requester: {
          nsa: "urn:ogf:network:us.example:2026:nsa",
          callbacks: { url: `http://${agent}.${domain}/` },
        },
      });
      http.serve(`http://${agent}.${domain}`, driver.callbacks);
      return driver;
    }
  }
}
