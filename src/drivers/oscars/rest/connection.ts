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

/** When something is reserved; seconds since the epoch. */
export interface Schedule {
  readonly beginning: number;
  readonly ending: number;
  readonly phase?: ConnectionPhase | undefined;
}

export interface ReservedFixture {
  readonly device: string;
  readonly port: string;
  readonly vlan: number;
  /** Mbit/s. */
  readonly ingress: number;
  readonly egress: number;
  readonly strict: boolean;
}

export interface ReservedPipe {
  readonly a: string;
  readonly z: string;
  /** Mbit/s. */
  readonly az: number;
  readonly za: number;
  readonly protect: boolean;
  readonly azEro: readonly string[];
}

/** What a connection has in one phase. */
export interface Holding {
  readonly schedule: Schedule;
  /** When a hold ends; seconds since the epoch. */
  readonly expiration?: number | undefined;
  readonly devices: readonly string[];
  readonly fixtures: readonly ReservedFixture[];
  readonly pipes: readonly ReservedPipe[];
}

/** A connection with all that OSCARS 1 knows of it. */
export interface Connection {
  readonly connectionId: string;
  readonly phase: ConnectionPhase;
  readonly mode: ConnectionMode;
  readonly state: ConnectionState;
  readonly deploymentState?: string | undefined;
  readonly deploymentIntent?: string | undefined;
  readonly username?: string | undefined;
  readonly description: string;
  readonly serviceId?: string | undefined;
  readonly held?: Holding | undefined;
  readonly reserved?: Holding | undefined;
  readonly archived?: Holding | undefined;
}

/** A page of connections; `totalSize` counts before paging. */
export interface ConnectionPage {
  readonly page: number;
  readonly sizePerPage: number;
  readonly totalSize: number;
  readonly connections: readonly Connection[];
}

const wireSchedule = v.object({
  refId: nullish(v.string()),
  beginning: epochSeconds,
  ending: epochSeconds,
  phase: nullish(connectionPhase),
});

type WireSchedule = v.InferOutput<typeof wireSchedule>;

/** An object is written out where it first occurs in its phase, and by its id after that. */
const scheduleOrRef = v.union([v.string(), wireSchedule]);

const wireJunction = v.object({
  refId: nullish(v.string()),
  deviceUrn: v.string(),
  schedule: nullish(scheduleOrRef),
});

const wireFixture = v.object({
  junction: v.union([v.string(), wireJunction]),
  portUrn: v.string(),
  ingressBandwidth: v.number(),
  egressBandwidth: v.number(),
  strict: v.boolean(),
  vlan: v.object({ vlanId: v.number() }),
  schedule: nullish(scheduleOrRef),
});

const ero = listOf(v.object({ urn: v.string() }));

const wirePipe = v.object({
  a: v.union([v.string(), wireJunction]),
  z: v.union([v.string(), wireJunction]),
  protect: v.boolean(),
  azBandwidth: v.number(),
  zaBandwidth: v.number(),
  azERO: ero,
  schedule: nullish(scheduleOrRef),
});

const wireHolding = v.object({
  cmp: v.object({
    junctions: listOf(wireJunction),
    fixtures: listOf(wireFixture),
    pipes: listOf(wirePipe),
  }),
  schedule: scheduleOrRef,
  expiration: nullish(epochSeconds),
});

type WireHolding = v.InferOutput<typeof wireHolding>;
type WireJunction = v.InferOutput<typeof wireJunction>;

const holding: JsonSchema<Holding> = v.pipe(
  wireHolding,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const schedule = scheduleOf(dataset.value);
    if (schedule !== undefined) return holdingOf(dataset.value, schedule);
    addIssue({ message: "no schedule is written out" });
    return NEVER;
  }),
);

function scheduleOf({ schedule, cmp }: WireHolding): WireSchedule | undefined {
  const all = [
    schedule,
    ...[...cmp.junctions, ...cmp.fixtures, ...cmp.pipes].map((p) => p.schedule),
  ];
  return all.find((each) => typeof each === "object");
}

function holdingOf({ cmp, expiration }: WireHolding, schedule: WireSchedule): Holding {
  const { beginning, ending, phase } = schedule;
  return {
    schedule: { beginning, ending, phase },
    expiration,
    devices: cmp.junctions.map(({ deviceUrn }) => deviceUrn),
    fixtures: cmp.fixtures.map((fixture) => ({
      device: deviceOf(fixture.junction),
      port: fixture.portUrn,
      vlan: fixture.vlan.vlanId,
      ingress: fixture.ingressBandwidth,
      egress: fixture.egressBandwidth,
      strict: fixture.strict,
    })),
    pipes: cmp.pipes.map((pipe) => ({
      a: deviceOf(pipe.a),
      z: deviceOf(pipe.z),
      az: pipe.azBandwidth,
      za: pipe.zaBandwidth,
      protect: pipe.protect,
      azEro: pipe.azERO.map(({ urn }) => urn),
    })),
  };
}

/** The id by which a junction is referred to is the device's name. */
function deviceOf(junction: string | WireJunction): string {
  return typeof junction === "string" ? junction : junction.deviceUrn;
}

/** Servers of version 1.2 write the names of the two with hyphens, which Jackson takes of their constructor. */
const wireConnection = v.object({
  connectionId: v.string(),
  phase: connectionPhase,
  mode: connectionMode,
  state: connectionState,
  "deployment-state": nullish(v.string()),
  deploymentState: nullish(v.string()),
  "deployment-intent": nullish(v.string()),
  deploymentIntent: nullish(v.string()),
  username: nullish(v.string()),
  description: v.string(),
  serviceId: nullish(v.string()),
  held: nullish(holding),
  reserved: nullish(holding),
  archived: nullish(holding),
});

export const connection: JsonSchema<Connection> = v.pipe(
  wireConnection,
  v.transform(({ "deployment-state": state, "deployment-intent": intent, ...rest }) => ({
    ...rest,
    deploymentState: state ?? rest.deploymentState,
    deploymentIntent: intent ?? rest.deploymentIntent,
  })),
);

export const connectionPage: JsonSchema<ConnectionPage> = v.object({
  page: v.number(),
  sizePerPage: v.number(),
  totalSize: v.number(),
  connections: listOf(connection),
});

/** Which connections to list. `sizePerPage` must be given: without it nothing is listed. */
export interface ConnectionFilter {
  readonly connectionId?: string | undefined;
  readonly phase: "ANY" | "RESERVED" | "ARCHIVED";
  /** From 1. */
  readonly page: number;
  readonly sizePerPage: number;
  readonly sortProperty?: string | undefined;
  readonly sortDirection?: "ASCENDING" | "DESCENDING" | undefined;
  readonly description?: string | undefined;
}

export const connectionFilter: JsonSchema<ConnectionFilter> = v.object({
  connectionId: nullish(v.string()),
  phase: v.picklist(["ANY", "RESERVED", "ARCHIVED"]),
  page: v.number(),
  sizePerPage: v.number(),
  sortProperty: nullish(v.string()),
  sortDirection: nullish(v.picklist(["ASCENDING", "DESCENDING"])),
  description: nullish(v.string()),
});
