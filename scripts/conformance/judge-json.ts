import { isDeepStrictEqual } from "node:util";
import { err, type Result } from "neverthrow";
import * as v from "valibot";
import {
  connection,
  connectionFilter,
  connectionPage,
} from "../../src/drivers/oscars/rest/connection.ts";
import { epochSeconds, type JsonSchema, readJson } from "../../src/drivers/oscars/rest/json.ts";
import { l2vpn, l2vpnAvailability } from "../../src/drivers/oscars/rest/l2vpn.ts";
import {
  bandwidthQuestion,
  bandwidthRange,
  connectionChange,
  eventLog,
  modifyAnswer,
  modifyBandwidth,
  modifyDescription,
  modifySchedule,
  oauthSettings,
  serverError,
  workStatus,
} from "../../src/drivers/oscars/rest/operation.ts";
import { pathAnswer, pathRequest } from "../../src/drivers/oscars/rest/path.ts";
import {
  adjacencies,
  edgePortSearch,
  edgePorts,
  ethernetPorts,
  portAvailabilities,
  timeInterval,
} from "../../src/drivers/oscars/rest/port.ts";
import { simpleConnection, validity } from "../../src/drivers/oscars/rest/simple-connection.ts";

/** What requests are, by the beginning of their file's name; the longest that fits counts. */
const requests: Readonly<Record<string, JsonSchema<unknown>>> = {
  "conn-list": connectionFilter,
  "edge-port-search": edgePortSearch,
  hold: simpleConnection,
  pcehold: simpleConnection,
  cloneable: simpleConnection,
  l2vpn,
  "l2vpn-list": connectionFilter,
  "modify-bandwidth": modifyBandwidth,
  "modify-description": modifyDescription,
  "modify-schedule": modifySchedule,
  "pce-paths": pathRequest,
  "topo-available": timeInterval,
  "valid-bandwidth": bandwidthQuestion,
};

const simpleConnections: JsonSchema<unknown> = v.array(simpleConnection);

const responses: Readonly<Record<string, JsonSchema<unknown>>> = {
  cloneable: simpleConnection,
  commit: connectionChange,
  "conn-info": connection,
  "conn-list": connectionPage,
  "conn-mode": connection,
  "conn-simplelist": simpleConnections,
  "edge-port-search": edgePorts,
  "error-500": serverError,
  extend_hold: epochSeconds,
  "frontend-oauth": oauthSettings,
  hold: simpleConnection,
  pcehold: simpleConnection,
  l2vpn,
  "l2vpn-availability": l2vpnAvailability,
  "l2vpn-validate": validity,
  "log-conn": eventLog,
  modify: modifyAnswer,
  "pce-paths": pathAnswer,
  "pss-work_status": workStatus,
  release: connectionChange,
  "simple-info": simpleConnection,
  "topo-adjacencies": adjacencies,
  "topo-available": portAvailabilities,
  "topo-baseline": portAvailabilities,
  "topo-ethernetPorts": ethernetPorts,
  "valid-bandwidth": bandwidthRange,
};

/** Reads a JSON sample by its name into what the driver makes of it. */
export function readSample(name: string, text: string): Result<unknown, string> {
  const schema = longestPrefix(isRequest(name) ? requests : responses, name);
  if (schema === undefined) return err("no model for a body of this name");
  return readJson(schema, text).mapErr(
    ({ path, message }) => `${path.join(".") || "body"}: ${message}`,
  );
}

function isRequest(name: string): boolean {
  return name.includes(".request.");
}

/**
 * Reads a JSON sample by its name; a request must come out again as it was, but for what is `null`. Gives
 * what is wrong.
 */
export function judgeJson(name: string, text: string): string | undefined {
  const read = readSample(name, text);
  if (read.isErr()) return read.error;
  if (!isRequest(name)) return undefined;
  const again: unknown = JSON.parse(JSON.stringify(read.value));
  return isDeepStrictEqual(again, withoutNulls(JSON.parse(text)))
    ? undefined
    : `written as ${JSON.stringify(again)}`;
}

function longestPrefix(
  schemas: Readonly<Record<string, JsonSchema<unknown>>>,
  name: string,
): JsonSchema<unknown> | undefined {
  return Object.entries(schemas)
    .filter(([prefix]) => name.startsWith(prefix))
    .sort(([a], [b]) => b.length - a.length)
    .map(([, schema]) => schema)
    .at(0);
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]) => [key, withoutNulls(inner)]),
  );
}
