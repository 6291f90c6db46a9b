import * as v from "valibot";
import { epochSeconds, type JsonSchema, listOf, nullish } from "./json.ts";
import {
  type ConnectionMode,
  type ConnectionPhase,
  type ConnectionState,
  connectionMode,
  connectionPhase,
  connectionState,
} from "./simple-connection.ts";

/** A device or a port on a path. */
export interface Hop {
  readonly urn: string;
  readonly type: "DEVICE" | "PORT";
}

/** A way between two devices; without a primary path the server drops it and says nothing. */
export interface Bundle {
  readonly name: string;
  readonly a: string;
  readonly z: string;
  readonly protection: "LOOSE" | "NONE" | "DIVERSE";
  readonly constraints: { readonly include: readonly Hop[]; readonly exclude: readonly Hop[] };
  readonly lsps: readonly {
    readonly role: "PRIMARY" | "SECONDARY" | "TERTIARY";
    readonly path: readonly Hop[];
  }[];
}

export interface L2vpnEndpoint {
  readonly device: string;
  /** With the device in front. */
  readonly port: string;
  readonly vlan: number;
  readonly tagged: boolean;
}

/** A layer-2 VPN of OSCARS 1: validated, held and committed in one call. Mbit/s; seconds since the epoch. */
export interface L2vpn {
  /** The connection's id. Always to be sent: without, a circuit is made that nobody knows of. */
  readonly name: string;
  readonly meta: {
    readonly description: string;
    readonly username?: string | undefined;
    readonly trackingId?: string | undefined;
    readonly projectIds: readonly string[];
    readonly lastModified?: number | undefined;
  };
  readonly schedule: { readonly beginning: number; readonly ending: number };
  readonly qos: {
    readonly mode: "GUARANTEED" | "BEST_EFFORT" | "SCAVENGER";
    readonly excessAction: "SCAVENGER" | "BEST_EFFORT" | "DROP";
    readonly bandwidth: number;
  };
  readonly tech: {
    readonly mode: ConnectionMode;
    readonly flavor: "VPLS" | "EPIPE";
    readonly mtu: number;
    readonly macsec: boolean;
  };
  readonly bundles: readonly Bundle[];
  readonly endpoints: readonly L2vpnEndpoint[];
  /** In answers. */
  readonly status?: L2vpnStatus | undefined;
}

export interface L2vpnStatus {
  readonly phase: ConnectionPhase;
  readonly state?: ConnectionState | undefined;
  readonly deploymentState?: string | undefined;
  readonly deploymentIntent?: string | undefined;
}

const hop: JsonSchema<Hop> = v.object({ urn: v.string(), type: v.picklist(["DEVICE", "PORT"]) });

const bundle: JsonSchema<Bundle> = v.object({
  name: v.string(),
  a: v.string(),
  z: v.string(),
  protection: v.picklist(["LOOSE", "NONE", "DIVERSE"]),
  constraints: v.object({ include: listOf(hop), exclude: listOf(hop) }),
  lsps: listOf(
    v.object({ role: v.picklist(["PRIMARY", "SECONDARY", "TERTIARY"]), path: listOf(hop) }),
  ),
});

export const l2vpn: JsonSchema<L2vpn> = v.object({
  name: v.string(),
  meta: v.object({
    description: v.string(),
    username: nullish(v.string()),
    trackingId: nullish(v.string()),
    projectIds: listOf(v.string()),
    lastModified: nullish(epochSeconds),
  }),
  schedule: v.object({ beginning: epochSeconds, ending: epochSeconds }),
  qos: v.object({
    mode: v.picklist(["GUARANTEED", "BEST_EFFORT", "SCAVENGER"]),
    excessAction: v.picklist(["SCAVENGER", "BEST_EFFORT", "DROP"]),
    bandwidth: v.number(),
  }),
  tech: v.object({
    mode: connectionMode,
    flavor: v.picklist(["VPLS", "EPIPE"]),
    mtu: v.number(),
    macsec: v.boolean(),
  }),
  bundles: listOf(bundle),
  endpoints: listOf(
    v.object({ device: v.string(), port: v.string(), vlan: v.number(), tagged: v.boolean() }),
  ),
  status: nullish(
    v.object({
      phase: connectionPhase,
      state: nullish(connectionState),
      deploymentState: nullish(v.string()),
      deploymentIntent: nullish(v.string()),
    }),
  ),
});

/** What could be asked for on a VPN's path, and what there would be without reservations; Mbit/s. */
export interface L2vpnAvailability {
  readonly available: number;
  readonly baseline: number;
}

export const l2vpnAvailability: JsonSchema<L2vpnAvailability> = v.object({
  available: v.number(),
  baseline: v.number(),
});
