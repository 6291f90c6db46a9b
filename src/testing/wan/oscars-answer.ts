import type { OutgoingResponse } from "../../drivers/oscars/http/http.ts";
import type { ConnectionFilter } from "../../drivers/oscars/rest/connection.ts";
import type {
  ConnectionPhase,
  ConnectionState,
  SimpleConnection,
} from "../../drivers/oscars/rest/simple-connection.ts";
import type { CarriedCircuit } from "./circuit-table.ts";

/** A connection as its server knows it. */
export interface OscarsConnection {
  readonly simple: SimpleConnection;
  /** What is held to take its place. */
  readonly next?: SimpleConnection;
  readonly phase: Exclude<ConnectionPhase, "DESIGN">;
  readonly state: ConnectionState;
  readonly deployment:
    | "UNDEPLOYED"
    | "BEING_DEPLOYED"
    | "DEPLOYED"
    | "DEPLOY_FAILED"
    | "REDEPLOY_FAILED";
}

/** What passes through a connection: all its fixtures are one network. */
export function carriedBy({ simple, phase, state }: OscarsConnection): CarriedCircuit | undefined {
  if (phase !== "RESERVED" || state !== "ACTIVE") return undefined;
  const { connectionId: id, fixtures } = simple;
  return {
    id,
    ends: fixtures.map(({ port, vlan }) => ({ port, tag: vlan })),
    mbps: Math.max(0, ...fixtures.map(({ mbps, inMbps }) => mbps ?? inMbps ?? 0)),
  };
}

/** The easy form: rates by direction, and no references. */
export function simpleOf({ simple, phase, state }: OscarsConnection): Record<string, unknown> {
  const { heldUntil: _, ...rest } = simple;
  return {
    ...rest,
    ...{ phase, state, username: "anonymous", last_modified: simple.begin },
    fixtures: simple.fixtures.map(({ mbps, inMbps, outMbps, ...fixture }) => ({
      ...fixture,
      ...{ inMbps: mbps ?? inMbps, outMbps: mbps ?? outMbps },
    })),
    pipes: simple.pipes.map(({ mbps, azMbps, zaMbps, ...pipe }) => ({
      ...pipe,
      ...{ azMbps: mbps ?? azMbps, zaMbps: mbps ?? zaMbps, eroValidity: {} },
    })),
  };
}

/** The full form, where an object is written out once and named by its id after that. */
export function writeConnection(connection: OscarsConnection): Record<string, unknown> {
  const { simple, phase, state, deployment } = connection;
  const { connectionId, mode, description, connection_mtu } = simple;
  const part = (own: ConnectionPhase): Record<string, unknown> => holdingOf(simple, own);
  const isReserved = phase === "RESERVED";
  return {
    ...{ connectionId, phase, mode, state, description, connection_mtu },
    ...{ username: "anonymous", serviceId: simple.serviceId ?? null },
    "deployment-state": deployment,
    "deployment-intent": phase === "RESERVED" ? "SHOULD_BE_DEPLOYED" : "SHOULD_BE_UNDEPLOYED",
    held: phase === "HELD" ? { ...part("HELD"), expiration: simple.heldUntil } : null,
    reserved: isReserved ? part("RESERVED") : null,
    archived: phase === "HELD" ? null : part("ARCHIVED"),
    bandwidth: Math.max(0, ...simple.fixtures.map(({ mbps, inMbps }) => mbps ?? inMbps ?? 0)),
    ...{ tags: simple.tags, projectIds: simple.projectIds, last_modified: simple.begin },
    southbound: deployment === "DEPLOYED" ? "NSO" : null,
  };
}

function holdingOf(simple: SimpleConnection, phase: ConnectionPhase): Record<string, unknown> {
  const { connectionId, begin, end } = simple;
  const refId = `${connectionId}-sched`;
  const whole = { refId, connectionId, beginning: begin, ending: end, phase };
  const hops = (ero: readonly string[]) => ero.map((urn) => ({ urn }));
  const junctions = simple.junctions.map(({ device }, at) => ({
    ...{ refId: device, connectionId, deviceUrn: device },
    schedule: at === 0 ? whole : refId,
  }));
  const fixtures = simple.fixtures.map((fixture) => ({
    ...{ connectionId, junction: fixture.junction, portUrn: fixture.port, strict: fixture.strict },
    ingressBandwidth: fixture.mbps ?? fixture.inMbps,
    egressBandwidth: fixture.mbps ?? fixture.outMbps,
    vlan: { connectionId, schedule: refId, urn: fixture.port, vlanId: fixture.vlan },
    schedule: refId,
  }));
  const pipes = simple.pipes.map((pipe) => ({
    ...{ connectionId, a: pipe.a, z: pipe.z, protect: pipe.protect, schedule: refId },
    azBandwidth: pipe.mbps ?? pipe.azMbps,
    zaBandwidth: pipe.mbps ?? pipe.zaMbps,
    ...{ azERO: hops(pipe.ero), zaERO: hops([...pipe.ero].reverse()) },
  }));
  return { connectionId, cmp: { junctions, fixtures, pipes }, schedule: refId };
}

/** A page: what is held is never on it, and nothing is where nobody said how much. */
export function pageOf(
  all: readonly OscarsConnection[],
  { phase, page, sizePerPage, description = "", connectionId = "" }: ConnectionFilter,
): Record<string, unknown> {
  const listed = all.filter(
    (each) =>
      each.phase !== "HELD" &&
      (phase === "ANY" || each.phase === phase) &&
      each.simple.description.includes(description) &&
      each.simple.connectionId.includes(connectionId),
  );
  const from = (page - 1) * sizePerPage;
  const shown = sizePerPage < 0 ? listed : listed.slice(from, from + sizePerPage);
  const connections = shown.map(writeConnection);
  return { page, sizePerPage, totalSize: listed.length, connections };
}

/** The same at another rate, the same each way everywhere. */
export function atRate(simple: SimpleConnection, mbps: number): SimpleConnection {
  const one = { inMbps: undefined, outMbps: undefined, azMbps: undefined, zaMbps: undefined, mbps };
  return {
    ...simple,
    fixtures: simple.fixtures.map((each) => ({ ...each, ...one })),
    pipes: simple.pipes.map((each) => ({ ...each, ...one })),
  };
}

export function json(value: unknown): OutgoingResponse {
  const headers = { "content-type": "application/json" };
  return { status: 200, headers, body: JSON.stringify(value) };
}

/** What the framework says where the server has no words. */
export function failure(status: number, path: string): OutgoingResponse {
  const error = status === 500 ? "Internal Server Error" : "Bad Request";
  const body = { timestamp: "2030-01-01T00:00:00.000+00:00", status, error, path };
  return { ...json(body), status };
}
