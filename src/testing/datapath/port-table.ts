import { ok, type Result } from "neverthrow";
import { portConfig, portState } from "../../drivers/openflow/wire/constants.ts";
import type { Port, PortMod } from "../../drivers/openflow/wire/port.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** A port that the switch is to have. */
export interface PortSpec {
  /** Its OpenFlow number, 1 to 0xfffffeff. */
  readonly port: number;
  /** At most 15 bytes; `port<number>` when absent. */
  readonly name?: string;
  /** Whether it is the end of a tunnel, which takes the VNI from the flow; not when absent. */
  readonly isTunnel?: boolean;
}

/** A port and what passed it. */
export interface SimPort {
  readonly port: number;
  readonly name: string;
  readonly hwAddr: string;
  readonly isTunnel: boolean;
  readonly createdMs: number;
  /** Bits of `portConfig`, which a controller may set. */
  config: number;
  /** Whether there is a signal on the wire. */
  linkUp: boolean;
  readonly received: { packets: number; bytes: number };
  readonly sent: { packets: number; bytes: number };
  /** What left by each of its queues. */
  readonly queued: Map<number, { packets: number; bytes: number }>;
}

/** The ports of a switch, by number. */
export type PortTable = ReadonlyMap<number, SimPort>;

/** Makes the ports of a switch; their addresses derive from its datapath id. */
export function portTable(
  specs: readonly PortSpec[],
  datapathId: bigint,
  nowMs: number,
): PortTable {
  return new Map(
    specs.map(({ port, name = `port${port}`, isTunnel = false }) => [
      port,
      {
        port,
        name,
        hwAddr: hardwareAddress(datapathId, port),
        isTunnel,
        createdMs: nowMs,
        config: 0,
        linkUp: true,
        received: { packets: 0, bytes: 0 },
        sent: { packets: 0, bytes: 0 },
        queued: new Map(),
      },
    ]),
  );
}

/** Whether the port can carry frames: there is a signal, and nobody has shut it down. */
export function isLive(port: SimPort): boolean {
  return port.linkUp && (port.config & portConfig.down) === 0;
}

/** Shuts a port down, or opens it, as a controller says; whether that changes it. */
export function configurePort(ports: PortTable, mod: PortMod): Result<boolean, Refusal> {
  const port = ports.get(mod.port);
  if (port === undefined) return refuse("port-mod-failed", "bad-port");
  if (port.hwAddr !== mod.hwAddr) return refuse("port-mod-failed", "bad-hw-addr");
  const mask = mod.mask & settable;
  const config = (port.config & ~mask) | (mod.config & mask);
  const isChanged = config !== port.config;
  port.config = config;
  return ok(isChanged);
}

const settable = portConfig.down | portConfig.noReceive | portConfig.noForward;

/** The port as the switch describes it. */
export function describePort(port: SimPort): Port {
  return {
    port: port.port,
    hwAddr: port.hwAddr,
    name: port.name,
    config: port.config,
    state: (port.linkUp ? 0 : portState.linkDown) | (isLive(port) ? portState.live : 0),
    properties: [
      {
        type: "ethernet",
        curr: 0,
        advertised: 0,
        supported: 0,
        peer: 0,
        currSpeedKbps: 0,
        maxSpeedKbps: 0,
      },
    ],
  };
}

/** A locally administered unicast address: 0e, three bytes of the datapath id, two of the port. */
function hardwareAddress(datapathId: bigint, port: number): string {
  const low = ((datapathId & 0xffffffn) << 16n) | BigInt(port & 0xffff);
  const digits = `0e${low.toString(16).padStart(10, "0")}`;
  return digits.replace(/..(?!$)/g, "$&:");
}
