import * as v from "valibot";
import { epochSeconds, type JsonSchema, listOf, nullish, textOrEmpty } from "./json.ts";

/** What a server thinks of a request or of a part of it; parts that are not valid it leaves out. */
export interface Validity {
  readonly valid: boolean;
  readonly message: string;
}

export interface Junction {
  readonly device: string;
  readonly validity?: Validity | undefined;
}

/** An end of a circuit. Rates are Mbit/s: `mbps` both ways, or each by itself. VLAN 0 is untagged. */
export interface Fixture {
  readonly junction: string;
  readonly port: string;
  readonly vlan: number;
  /** Whether what exceeds the rate is dropped; else it goes as scavenger. */
  readonly strict: boolean;
  readonly mbps?: number | undefined;
  readonly inMbps?: number | undefined;
  readonly outMbps?: number | undefined;
  readonly svcId?: number | undefined;
  readonly validity?: Validity | undefined;
}

/** A way between two junctions: `ero` is device, port, port, device, and so on, complete. */
export interface Pipe {
  readonly a: string;
  readonly z: string;
  readonly mbps?: number | undefined;
  readonly azMbps?: number | undefined;
  readonly zaMbps?: number | undefined;
  readonly protect: boolean;
  readonly ero: readonly string[];
  readonly exclude: readonly string[];
  readonly validity?: Validity | undefined;
}

export interface Tag {
  readonly category: string;
  readonly contents: string;
}

/** A circuit in the form that OSCARS 1 takes and gives most easily. Times are seconds since the epoch. */
export interface SimpleConnection {
  readonly connectionId: string;
  readonly begin: number;
  readonly end: number;
  readonly connection_mtu?: number | undefined;
  readonly mode?: ConnectionMode | undefined;
  readonly description: string;
  readonly serviceId?: string | undefined;
  readonly junctions: readonly Junction[];
  readonly fixtures: readonly Fixture[];
  readonly pipes: readonly Pipe[];
  readonly tags: readonly Tag[];
  readonly projectIds: readonly string[];
  /** These are in answers only. */
  readonly heldUntil?: number | undefined;
  readonly username?: string | undefined;
  readonly phase?: ConnectionPhase | undefined;
  readonly state?: ConnectionState | undefined;
  readonly last_modified?: number | undefined;
  readonly validity?: Validity | undefined;
}

/** Whether a circuit is built at its begin, or when somebody says so. */
export type ConnectionMode = "AUTOMATIC" | "MANUAL";
export type ConnectionPhase = "DESIGN" | "HELD" | "RESERVED" | "ARCHIVED";
export type ConnectionState = "WAITING" | "ACTIVE" | "FINISHED" | "FAILED";

export const connectionMode: JsonSchema<ConnectionMode> = v.picklist(["AUTOMATIC", "MANUAL"]);
export const connectionPhase: JsonSchema<ConnectionPhase> = v.picklist([
  "DESIGN",
  "HELD",
  "RESERVED",
  "ARCHIVED",
]);
export const connectionState: JsonSchema<ConnectionState> = v.picklist([
  "WAITING",
  "ACTIVE",
  "FINISHED",
  "FAILED",
]);

export const validity: JsonSchema<Validity> = v.object({
  valid: v.boolean(),
  message: textOrEmpty,
});

const rate = nullish(v.number());

const junction: JsonSchema<Junction> = v.object({
  device: v.string(),
  validity: nullish(validity),
});

const fixture: JsonSchema<Fixture> = v.object({
  junction: v.string(),
  port: v.string(),
  vlan: v.number(),
  strict: v.boolean(),
  mbps: rate,
  inMbps: rate,
  outMbps: rate,
  svcId: nullish(v.number()),
  validity: nullish(validity),
});

const pipe: JsonSchema<Pipe> = v.object({
  a: v.string(),
  z: v.string(),
  mbps: rate,
  azMbps: rate,
  zaMbps: rate,
  protect: v.boolean(),
  ero: listOf(v.string()),
  exclude: listOf(v.string()),
  validity: nullish(validity),
});

export const simpleConnection: JsonSchema<SimpleConnection> = v.object({
  connectionId: v.string(),
  begin: epochSeconds,
  end: epochSeconds,
  connection_mtu: nullish(v.number()),
  mode: nullish(connectionMode),
  description: v.string(),
  serviceId: nullish(v.string()),
  junctions: listOf(junction),
  fixtures: listOf(fixture),
  pipes: listOf(pipe),
  tags: listOf(v.object({ category: v.string(), contents: v.string() })),
  projectIds: listOf(v.string()),
  heldUntil: nullish(epochSeconds),
  username: nullish(v.string()),
  phase: nullish(connectionPhase),
  state: nullish(connectionState),
  last_modified: nullish(epochSeconds),
  validity: nullish(validity),
});

/**
 * The same as a request: without what only answers have. Parts that an answer marked as not valid
 * must not go back marked, for the server would drop them without a word.
 */
export function requestFrom(connection: SimpleConnection): SimpleConnection {
  const { connectionId, begin, end, connection_mtu, mode, description } = connection;
  const { serviceId, junctions, fixtures, pipes, tags, projectIds } = connection;
  return {
    ...{ connectionId, begin, end, connection_mtu, mode, description, serviceId },
    junctions: junctions.map(({ device }) => ({ device })),
    fixtures: fixtures.map(({ validity: _, ...rest }) => rest),
    pipes: pipes.map(({ validity: _, ...rest }) => rest),
    ...{ tags, projectIds },
  };
}
