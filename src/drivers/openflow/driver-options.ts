import type { IdRange } from "./compile/id-pool.ts";
import type { Learning } from "./compile/switch-profile.ts";
import type { EgressQueues } from "./egress-queues.ts";
import { type MoveDamping, moveDampingDefaults } from "./learning/address-book.ts";
import type { ListenerTls } from "./listener-socket.ts";
import type { SessionServerOptions } from "./session-server.ts";
import type { SwitchIdentities } from "./switch-admission.ts";
import type { SwitchListener } from "./transport.ts";

/** What may be set about an {@link OpenFlowDriver}. */
export interface OpenFlowDriverOptions extends SessionServerOptions {
  /** Where switches dial in: an address to bind, or a listener of one's own. */
  readonly listen: { readonly host: string; readonly port: number } | SwitchListener;
  /** Speaks TLS on the address of `listen`. */
  readonly tls?: ListenerTls;
  /**
   * The certificates that switches must show, by node id; it takes `tls` with `ca`. The switch of a
   * node that is not named here may show any that is trusted.
   */
  readonly identities?: SwitchIdentities;
  /**
   * The first of the flow tables that are used; 0 when absent. Networks that flood, or that join two
   * host ports, need it alone; second limits need the next, delivery by address the next two, and
   * learning the next three. Somebody else's entries in them are left alone.
   */
  readonly tableId?: number;
  /**
   * The priority of every flow; 20,000 when absent. Where a flow of somebody else has the same
   * table, priority and match, ours is refused: choose one that nobody else uses.
   */
  readonly priority?: number;
  /** The upper 16 bits of every flow's cookie, by which we know our own; 0xdc05 when absent. */
  readonly cookiePrefix?: number;
  /**
   * The groups that are ours on every switch: whatever else is found there is removed, unless somebody
   * else uses it. 0xdc050000 to 0xdc05ffff when absent.
   */
  readonly groupIds?: IdRange;
  /**
   * The meters that are ours on every switch, as far as it has them: whatever else is found there is
   * removed, unless somebody else uses it. The upper half of what the switch has when absent.
   */
  readonly meterIds?: IdRange;
  /**
   * How often the wiring of links is compared with the inventory by LLDP frames, in milliseconds
   * from one round to the next; never when absent.
   */
  readonly wiringIntervalMs?: number;
  /**
   * By which queues of ports frames leave, where the operator has made some; by none when absent. Where
   * a port that a network uses does not have its queue, the network is refused.
   */
  readonly egressQueues?: EgressQueues;
  /** How long a burst at full rate policers let through, in milliseconds; 100 when absent. */
  readonly burstMs?: number;
  /**
   * How long a switch remembers an address after it last saw a frame from it, in seconds; 300 when
   * absent, as IEEE 802.1Q §8.8.3 recommends.
   */
  readonly agingS?: number;
  /**
   * Whether what a switch can do is found out by trying, too, once, when it first connects and carries
   * no network: flows that no frame matches, groups and meters that nothing uses, gone within moments.
   * True when absent.
   */
  readonly selfTest?: boolean;
  /**
   * Who learns behind which port an address is: the switch where it can and else the agent, which is
   * shown what comes from addresses that are not known yet (`either`, when absent), or only one of them.
   */
  readonly learning?: Learning;
  /** When an address that moves again and again is not followed any more; see {@link MoveDamping}. */
  readonly moveDamping?: MoveDamping;
  /** How long a call waits for a switch that is not connected, in milliseconds; 5,000 when absent. */
  readonly connectTimeoutMs?: number;
  /**
   * How often every switch is read and compared with what it should hold, in milliseconds; 300,000
   * when absent, never when 0. At first it is done when a switch connects. What could not be read, or
   * was not seen to be as wanted, is looked at again after a second, then two, then four and so on, in any case.
   */
  readonly auditIntervalMs?: number;
}

/** How a driver programs its switches: {@link OpenFlowDriverOptions} with every default filled in. */
export interface ProgramOptions {
  readonly table: number;
  readonly priority: number;
  readonly cookiePrefix: number;
  readonly burstMs: number;
  readonly agingS: number;
  readonly groupIds: IdRange;
  readonly meterIds: IdRange | undefined;
  readonly connectTimeoutMs: number;
  readonly auditIntervalMs: number;
  readonly selfTest: boolean;
  readonly learning: Learning;
  readonly moveDamping: MoveDamping;
  readonly egressQueues: EgressQueues | undefined;
}

/** Fills in the defaults. */
export function programOptions(options: OpenFlowDriverOptions): ProgramOptions {
  return {
    table: options.tableId ?? 0,
    priority: options.priority ?? 20_000,
    cookiePrefix: options.cookiePrefix ?? 0xdc05,
    burstMs: options.burstMs ?? 100,
    agingS: options.agingS ?? 300,
    groupIds: options.groupIds ?? { first: 0xdc05_0000, last: 0xdc05_ffff },
    meterIds: options.meterIds,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    auditIntervalMs: options.auditIntervalMs ?? 300_000,
    selfTest: options.selfTest ?? true,
    learning: options.learning ?? "either",
    moveDamping: options.moveDamping ?? moveDampingDefaults,
    egressQueues: options.egressQueues,
  };
}

/** The meters that are ours on a switch whose highest is `maxMeter`; none when it has none. */
export function meterRange(wanted: IdRange | undefined, maxMeter: number): IdRange {
  if (wanted === undefined) return { first: Math.floor(maxMeter / 2) + 1, last: maxMeter };
  return { first: wanted.first, last: Math.min(wanted.last, maxMeter) };
}
