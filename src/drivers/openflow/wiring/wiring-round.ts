import type { Clock } from "../../../model/clock.ts";
import type { DomainView } from "../../../model/domain-view.ts";
import type { NodeId, PortRef } from "../../../model/ids.ts";
import { pause } from "../../driver-call.ts";
import { NO_NETWORK, networkCookie } from "../compile/cookie.ts";
import { farEnds } from "../probe/far-ends.ts";
import { outputTo } from "../probe/probe-flows.ts";
import type { SwitchProber } from "../probe/switch-prober.ts";
import { PORT_CONTROLLER } from "../wire/constants.ts";
import { type FlowMod, flowMod } from "../wire/flow.ts";
import {
  ETHERTYPE_LLDP,
  hex,
  NEAREST_BRIDGE,
  TOKEN_BYTES,
  tokenOf,
  wiringFrame,
} from "./wiring-frame.ts";

/** What a round works with. */
export interface WiringRoundContext {
  readonly domain: DomainView;
  readonly proberOf: (node: NodeId) => SwitchProber | undefined;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
  readonly signal: AbortSignal;
}

/** What is at the far end of one port's cable. */
export interface WiringFinding {
  readonly node: NodeId;
  readonly port: PortRef;
  readonly expected: PortRef;
  /** Absent when nothing that we sent came in there. */
  readonly seen: PortRef | undefined;
}

/** A port that is asked: up, at a link, on a switch that is connected, as its far end is. */
interface Asked {
  readonly node: NodeId;
  readonly port: PortRef;
  readonly number: number;
  readonly expected: PortRef;
  readonly prober: SwitchProber;
}

const PRIORITY = 65_001;
const LIFETIME_S = 10;
const SETTLE_MS = 100;
const ARRIVAL_TIMEOUT_MS = 500;
const MAX_ATTEMPTS = 3;

/** Sends a frame out of every port at a link, and says which came in where. */
export async function wiringRound(context: WiringRoundContext): Promise<readonly WiringFinding[]> {
  const { clock, signal, random } = context;
  const asked = askedPorts(context);
  const source = `02:dc:05:${hex(random(3)).replace(/..(?!$)/g, "$&:")}`;
  const byNode = new Map<NodeId, readonly Asked[]>();
  for (const one of asked) byNode.set(one.node, [...(byNode.get(one.node) ?? []), one]);
  const tokens = new Map<string, PortRef>();
  const seen = new Map<PortRef, PortRef>();
  const installed: (readonly [SwitchProber, readonly FlowMod[]])[] = [];
  const listening: Disposable[] = [];
  const silent = (): readonly Asked[] => asked.filter(({ expected }) => !seen.has(expected));
  await Promise.all(
    [...byNode.values()].map(async (ports) => {
      const prober = ports[0]?.prober;
      if (prober === undefined) return;
      listening.push(
        prober.onPacket((inPort, data) => {
          const from = tokens.get(tokenOf(data) ?? "");
          const at = ports.find(({ number }) => number === inPort);
          if (from !== undefined && at !== undefined) seen.set(at.port, from);
        }),
      );
      const flows = ports.map(({ number }) => catching(number, source, prober));
      installed.push([prober, flows]);
      await prober.install(flows, signal);
    }),
  );
  await pause(clock, SETTLE_MS, signal);
  for (let attempt = 1; attempt <= MAX_ATTEMPTS && silent().length > 0; attempt += 1) {
    if (signal.aborted) break;
    for (const { node, port, number, prober } of silent()) {
      const token = random(TOKEN_BYTES);
      tokens.set(hex(token), port);
      const data = wiringFrame({ node, port, source, token });
      prober.send({ inPort: PORT_CONTROLLER, actions: [outputTo(number)], data });
    }
    await pause(clock, ARRIVAL_TIMEOUT_MS, signal);
  }
  await Promise.all(installed.map(([prober, flows]) => prober.remove(flows)));
  for (const each of listening) each[Symbol.dispose]();
  if (signal.aborted) return [];
  const after = new Set(askedPorts(context).map(({ port }) => port));
  return asked
    .filter(({ port }) => after.has(port))
    .map(({ node, port, expected }) => ({ node, port, expected, seen: seen.get(port) }));
}

function askedPorts({ domain, proberOf }: WiringRoundContext): readonly Asked[] {
  const far = farEnds(domain);
  const usable = domain.nodes.flatMap(({ id: node, ports }) => {
    const prober = proberOf(node);
    const numbers = prober?.numbers();
    const states = prober?.states();
    return ports.flatMap(({ ref: port }) => {
      const number = numbers?.get(port);
      const expected = far.get(port)?.port;
      const isUp = states?.get(port) === true;
      if (prober === undefined || number === undefined || expected === undefined || !isUp)
        return [];
      return [{ node, port, number, expected, prober }];
    });
  });
  const there = new Set(usable.map(({ port }) => port));
  return usable.filter(({ expected }) => there.has(expected));
}

function catching(number: number, source: string, { options }: SwitchProber): FlowMod {
  return flowMod({
    table: options.table,
    priority: PRIORITY,
    cookie: networkCookie(options.cookiePrefix, NO_NETWORK),
    hardTimeoutS: LIFETIME_S,
    match: [
      { field: "in_port", value: number },
      { field: "eth_dst", value: NEAREST_BRIDGE },
      { field: "eth_src", value: source },
      { field: "eth_type", value: ETHERTYPE_LLDP },
    ],
    instructions: [{ type: "apply-actions", actions: [outputTo(PORT_CONTROLLER)] }],
  });
}
