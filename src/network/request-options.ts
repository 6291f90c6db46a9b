import * as v from "valibot";
import type { Tagging } from "../model/attachment.ts";
import type { HostPort } from "../model/host-port.ts";
import type { Delivery, Protection, Sharing } from "../model/network.ts";

/** A host port as a caller may write it: `"host:nic"`, or its two parts. */
export type HostPortInput = string | HostPort;
/** bit/s, or text with a unit (`"100Mbps"`). */
export type BandwidthInput = number | string;
/** One VLAN ID, or text of IDs and ranges (`"100-199,205"`). */
export type VlanInput = number | string;

/** An instant: ISO 8601 with its zone (`"2027-01-31T08:00:00Z"`), or milliseconds since the epoch. */
export type InstantInput = number | string;

/** What may be said of one endpoint; absent means as the network, or as its touch point. */
export interface EndpointOptions {
  readonly vlan?: number;
  readonly tagging?: Tagging;
  readonly bw?: BandwidthInput;
  /**
   * The addresses of its stations, as `02:00:00:00:00:0a`: frames from any other are dropped, and with
   * `static` delivery frames to these come here. At most 1,024.
   */
  readonly macs?: readonly string[];
}

/** Limits on one call. */
export interface OperationOptions {
  /** Ends the call when raised: what had been done is undone, and the call gives `aborted`. */
  readonly signal?: AbortSignal;
  /** How long the call may take; then what had been done is undone, and the call gives `timeout`. */
  readonly timeoutMs?: number;
}

export interface ModifyOptions extends OperationOptions {
  /**
   * Another start, while it has not come, and another end. What is absent stays; `null` is now for the
   * start, and never for the end. `hold: false` lets a network begin that is held, at its start if
   * that is to come; one that has begun cannot be held.
   */
  readonly schedule?: {
    readonly start?: InstantInput | null;
    readonly end?: InstantInput | null;
    readonly hold?: boolean;
  };
  /** By `host:nic`; only for host ports that the call adds. */
  readonly endpoints?: Readonly<Record<string, EndpointOptions>>;
}

export interface TeardownOptions extends OperationOptions {
  /** Do not wait for nodes that are gone: what they may still hold is kept in quarantine. */
  readonly force?: boolean;
}

export interface VerifyOptions extends OperationOptions {
  /** Sends probe frames, edge to edge; default false. */
  readonly dataPlane?: boolean;
}

export interface StatisticsOptions extends OperationOptions {
  /** How old a sample may be that is given again, in milliseconds; default 1,000. */
  readonly maxAgeMs?: number;
}

export interface SetupOptions extends OperationOptions {
  /** Default `hose`. */
  readonly sharing?: Sharing;
  /**
   * How frames find their way among more than two endpoints. `static`: by the `macs` of the endpoints.
   * `learn`: by where an address was last seen. `flood`: every frame goes to all, and every link
   * reserves for that. Default `learn` where all switches can, `flood` otherwise.
   */
  readonly delivery?: Delivery;
  /**
   * What each endpoint may send as broadcast, multicast and unknown unicast, where `delivery` is not
   * `flood`; part of its bandwidth. Default a hundredth of `bw`, and at least 1 Mbit/s.
   */
  readonly floodAllowance?: BandwidthInput;
  /**
   * With `learn`: how many addresses a switch learns for each endpoint; default 64. More are not
   * learned: frames to them are those to an unknown address.
   */
  readonly maxAddresses?: number;
  /**
   * With `learn`: how many addresses a switch learns for the whole network, but never less than one for
   * each endpoint; no such limit by default. Every endpoint has an equal part of it, so that at its own
   * switch none uses up what is the others'. More are not learned, as with `maxAddresses`.
   */
  readonly maxNetworkAddresses?: number;
  /**
   * Whether endpoints may send frames of link protocols (to 01-80-C2-00-00-00 to -0F: spanning tree,
   * LACP, LLDP and their like; but never PAUSE, to -01). They are dropped by default.
   */
  readonly linkProtocols?: boolean;
  /**
   * `restore`: when a link of the network fails, it moves to another tree, as soon as there is one.
   * `none`, the default: it waits. `disjoint`: what takes over is reserved and laid in advance,
   * and the switches fail over to it by themselves. For two endpoints that is a second path, which
   * shares no link, no node and no risk group with the first; for more, a bypass for every link of the
   * tree, which covers risk groups, and nodes that only join two links where there is a way around.
   */
  readonly protection?: Protection;
  /**
   * Networks of a higher priority are restored first after a failure, whatever becomes of those of a
   * lower one. An integer from -1000 to 1000, default 0.
   */
  readonly priority?: number;
  /**
   * Reserved now, provisioned at `start` (default: now), released at `end` (default: when it is torn
   * down). With `hold` it is reserved from now or `start` on, and not provisioned before a modify
   * says `hold: false`.
   */
  readonly schedule?: {
    readonly start?: InstantInput;
    readonly end?: InstantInput;
    readonly hold?: boolean;
  };
  /** By `host:nic`. */
  readonly endpoints?: Readonly<Record<string, EndpointOptions>>;
}

/** What may be said of one endpoint, read. */
export interface ReadEndpointOptions {
  readonly vlan?: number | undefined;
  readonly tagging?: Tagging | undefined;
  readonly bw?: BandwidthInput | undefined;
  readonly macs?: readonly string[] | undefined;
}

interface ReadLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

interface ReadEndpoints extends ReadLimits {
  readonly endpoints?: Readonly<Record<string, ReadEndpointOptions>> | undefined;
}

/** A schedule, as far as its shape has been read. */
export interface ReadSchedule {
  readonly start?: InstantInput | null | undefined;
  readonly end?: InstantInput | null | undefined;
  readonly hold?: boolean | undefined;
}

interface ReadModify extends ReadEndpoints {
  readonly schedule?: ReadSchedule | undefined;
}

interface ReadSetup extends ReadEndpoints {
  readonly sharing: Sharing;
  readonly delivery?: Delivery | undefined;
  readonly floodAllowance?: BandwidthInput | undefined;
  readonly maxAddresses?: number | undefined;
  readonly maxNetworkAddresses?: number | undefined;
  readonly linkProtocols: boolean;
  readonly protection: Protection;
  readonly priority: number;
  readonly schedule?: ReadSchedule | undefined;
}

/** Reads the options of one call. */
export type OptionsSchema<T extends object> = v.GenericSchema<unknown, T>;

/** The priority of a network that did not ask for one. */
export const DEFAULT_PRIORITY = 0;

const limits = {
  signal: v.optional(v.instance(AbortSignal)),
  timeoutMs: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(2 ** 31 - 1))),
};
const instant = v.union([v.number(), v.string()]);
const rate = v.union([v.number(), v.string()]);
const addresses = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)));
const endpoints = v.optional(
  v.record(
    v.string(),
    v.strictObject({
      vlan: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4094))),
      tagging: v.optional(v.picklist(["tagged", "untagged"])),
      bw: v.optional(rate),
      macs: v.optional(v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1024))),
    }),
  ),
);

/** Options of a call that has only limits. */
export const limitOptions: OptionsSchema<ReadLimits> = v.strictObject(limits);

/** Options of `setupPhysicalNetwork` and `planPhysicalNetwork`. */
export const setupOptions: OptionsSchema<ReadSetup> = v.strictObject({
  ...limits,
  endpoints,
  sharing: v.optional(v.picklist(["hose", "shared"]), "hose"),
  delivery: v.optional(v.picklist(["static", "learn", "flood"])),
  floodAllowance: v.optional(rate),
  maxAddresses: addresses,
  maxNetworkAddresses: addresses,
  linkProtocols: v.optional(v.boolean(), false),
  schedule: v.optional(
    v.strictObject({
      start: v.optional(instant),
      end: v.optional(instant),
      hold: v.optional(v.boolean()),
    }),
  ),
  protection: v.optional(v.picklist(["none", "restore", "disjoint"]), "none"),
  priority: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(-1000), v.maxValue(1000)),
    DEFAULT_PRIORITY,
  ),
});

/** Options of `modifyPhysicalNetwork`. */
export const modifyOptions: OptionsSchema<ReadModify> = v.strictObject({
  ...limits,
  endpoints,
  schedule: v.optional(
    v.strictObject({
      start: v.nullish(instant),
      end: v.nullish(instant),
      hold: v.optional(v.boolean()),
    }),
  ),
});

/** Options of `teardownPhysicalNetwork`. */
export const teardownOptions: OptionsSchema<ReadLimits & { readonly force: boolean }> =
  v.strictObject({ ...limits, force: v.optional(v.boolean(), false) });

/** Options of `verifyNetwork`. */
export const verifyOptions: OptionsSchema<ReadLimits & { readonly dataPlane: boolean }> =
  v.strictObject({ ...limits, dataPlane: v.optional(v.boolean(), false) });

/** Options of `getNetworkStatistics`. */
export const statisticsOptions: OptionsSchema<
  ReadLimits & { readonly maxAgeMs?: number | undefined }
> = v.strictObject({ ...limits, maxAgeMs: v.optional(v.pipe(v.number(), v.minValue(0))) });
