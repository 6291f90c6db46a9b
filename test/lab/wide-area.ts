import {
  DcnsAgent,
  OpenFlowDriver,
  type OscarsDriverTimes,
  systemClock,
  Topology,
} from "../../src/index.ts";
import { type CircuitChange, MemoryHttp } from "../../src/testing/index.ts";
import { type Dialect, type SimulatedWan, simulatedWan } from "../support/simulated-wan.ts";
import type { OvsLab } from "./ovs-lab.ts";
import { eventually, value } from "./scenario.ts";
import { WanBridge } from "./wan-bridge.ts";
import type { LabDocument } from "./wiring.ts";

/** A topology whose domains are campuses, and wide-area domains of somebody else's (`oscars`). */
export interface WideAreaDocument extends LabDocument {
  readonly domains: readonly { readonly id: string; readonly driver: string }[];
  readonly nodes: readonly (LabDocument["nodes"][number] & { readonly domain: string })[];
}

/** A campus of one switch: two ports for hosts, and two towards others, where nothing else is said. */
export function campus(
  id: string,
  number: number,
  ports: readonly number[] = [1, 2, 10, 11],
): WideAreaDocument["nodes"][number] {
  return {
    ...{ id, domain: id, datapathId: String(number).padStart(16, "0") },
    ports: ports.map((port) => ({ id: String(port), ofPort: port })),
  };
}

/** An agent in a lab of campuses, and the domains between them, each with bridges of its own. */
export interface WideArea extends AsyncDisposable {
  readonly agent: DcnsAgent;
  /** By domain. */
  readonly wans: ReadonlyMap<string, SimulatedWan>;
  /** By node. */
  readonly bridges: ReadonlyMap<string, WanBridge>;
  /** Resolves when the bridges are as the circuits are. */
  idle(): Promise<void>;
}

export interface WideAreaOptions {
  /** Which port of the lab one of the document is, where nodes of the document are one bridge. */
  readonly samePort?: (port: string) => string;
  /** How long each step of a wide-area domain takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** What single domains speak otherwise. */
  readonly dialects?: Readonly<Record<string, Dialect>>;
}

/** Starts simulated servers for the wide-area domains, and an agent, and waits for all nodes. */
export async function startWideArea(
  lab: OvsLab,
  document: WideAreaDocument,
  dialect: Dialect,
  { samePort = (port) => port, delayMs = 0, dialects = {} }: WideAreaOptions = {},
): Promise<WideArea> {
  const http = new MemoryHttp(systemClock);
  const [oscars, campuses] = [true, false].map((is) =>
    document.domains.filter(({ driver }) => (driver === "oscars") === is).map(({ id }) => id),
  );
  const bridges = new Map<string, WanBridge>();
  const wans = new Map(
    (oscars ?? []).map((name) => [
      name,
      wanOf(
        lab,
        { document, dialect: dialects[name] ?? dialect, http, name, samePort, delayMs },
        bridges,
      ),
    ]),
  );
  const { host, port } = lab.controller;
  const openflow = (campuses ?? []).map((id, offset) => {
    const driver = new OpenFlowDriver({ listen: { host, port: port + offset } });
    return [id, driver] as const;
  });
  const drivers = {
    ...Object.fromEntries(openflow),
    ...Object.fromEntries([...wans].map(([id, wan]) => [id, wan.driver(TIMES)])),
  };
  const topology = value(Topology.parse(document));
  const agent = value(await DcnsAgent.start({ topology, drivers }));
  for (const [offset, id] of (campuses ?? []).entries())
    await lab.connect({ bridges: [id], port: port + offset });
  await eventually(() => agent.nodesUp.length === document.nodes.length);
  const idle = async (): Promise<void> => {
    for (const bridge of bridges.values()) await bridge.idle();
  };
  return { agent, wans, bridges, idle, [Symbol.asyncDispose]: () => agent.close() };
}

const TIMES: OscarsDriverTimes = { pollMs: 100, auditMs: 500 };

/** A simulated server; its circuits are flows on the bridge of the node at which they end. */
function wanOf(
  lab: OvsLab,
  its: {
    readonly document: WideAreaDocument;
    readonly dialect: Dialect;
    readonly http: MemoryHttp;
    readonly name: string;
  } & Required<Omit<WideAreaOptions, "dialects">>,
  bridges: Map<string, WanBridge>,
): SimulatedWan {
  const { document, dialect, http, name, samePort, delayMs } = its;
  const nodes = document.nodes.filter(({ domain }) => domain === name);
  const numbers = new Map<string, number>(
    nodes.flatMap(({ id, ports }) =>
      ports.map((port) => [`${id}:${port.id}`, port.ofPort ?? 0] as const),
    ),
  );
  for (const { id } of nodes)
    bridges.set(id, new WanBridge(lab, id, (urn) => numbers.get(wan.portOf(urn)) ?? 0));
  const onCircuit = (change: CircuitChange): void => {
    const [end] = change.circuit.ends;
    const [node = ""] = samePort(wan.portOf(end?.port ?? "")).split(":");
    bridges.get(node)?.change(change);
  };
  const wan = simulatedWan(dialect, {
    ...{ clock: systemClock, http, name, ports: [...numbers.keys()], samePort },
    ...{ leadSeconds: 0, onCircuit, delayMs },
  });
  return wan;
}
