import * as v from "valibot";
import { type Connection, connection } from "./connection.ts";
import { epochSeconds, type JsonSchema, listOf, nullish, textOrEmpty } from "./json.ts";
import { type ConnectionPhase, connectionPhase } from "./simple-connection.ts";

/** The answer to commit and release. */
export interface ConnectionChange {
  /** `DELETED`: it had not begun, and is gone; `ARCHIVED`: it is ended, and still shown. */
  readonly what: "COMMITTED" | "DELETED" | "ARCHIVED";
  readonly phase?: ConnectionPhase | undefined;
  /** Seconds since the epoch. */
  readonly when: number;
}

export const connectionChange: JsonSchema<ConnectionChange> = v.object({
  what: v.picklist(["COMMITTED", "DELETED", "ARCHIVED"]),
  phase: nullish(connectionPhase),
  when: epochSeconds,
});

/** The answer to every change of a reserved connection: HTTP says 200 also when it failed. */
export interface ModifyAnswer {
  readonly success: boolean;
  readonly explanation: string;
  readonly connection?: Connection | undefined;
}

export const modifyAnswer: JsonSchema<ModifyAnswer> = v.object({
  success: v.boolean(),
  explanation: textOrEmpty,
  connection: nullish(connection),
});

/** A change of the rate of every fixture and pipe; Mbit/s. */
export interface ModifyBandwidth {
  readonly connectionId: string;
  readonly bandwidth: number;
}

export const modifyBandwidth: JsonSchema<ModifyBandwidth> = v.object({
  connectionId: v.string(),
  bandwidth: v.number(),
});

export interface ModifyDescription {
  readonly connectionId: string;
  readonly description: string;
}

export const modifyDescription: JsonSchema<ModifyDescription> = v.object({
  connectionId: v.string(),
  description: v.string(),
});

/** Another end; seconds since the epoch. `BEGIN` is always refused. */
export interface ModifySchedule {
  readonly connectionId: string;
  readonly type: "BEGIN" | "END";
  readonly timestamp: number;
}

export const modifySchedule: JsonSchema<ModifySchedule> = v.object({
  connectionId: v.string(),
  type: v.picklist(["BEGIN", "END"]),
  timestamp: v.number(),
});

/** Asks which rates a connection could have. */
export interface BandwidthQuestion {
  readonly connectionId: string;
}

export const bandwidthQuestion: JsonSchema<BandwidthQuestion> = v.object({
  connectionId: v.string(),
});

/** From `floor` to `ceiling`, Mbit/s. */
export interface BandwidthRange {
  readonly connectionId: string;
  readonly allowed: boolean;
  readonly explanation: string;
  readonly floor: number;
  readonly ceiling: number;
}

export const bandwidthRange: JsonSchema<BandwidthRange> = v.object({
  connectionId: v.string(),
  allowed: v.boolean(),
  explanation: textOrEmpty,
  floor: v.number(),
  ceiling: v.number(),
});

/** What the provisioning system does for a connection. */
export interface WorkStatus {
  readonly connectionId: string;
  readonly work?: "WAITING" | "RUNNING" | undefined;
  readonly next?: string | undefined;
  readonly explanation: string;
}

export const workStatus: JsonSchema<WorkStatus> = v.object({
  connectionId: v.string(),
  work: nullish(v.picklist(["WAITING", "RUNNING"])),
  next: nullish(v.string()),
  explanation: textOrEmpty,
});

/** What has happened to a connection. Seconds since the epoch. */
export interface EventLog {
  readonly connectionId: string;
  readonly created: number;
  readonly archived?: number | undefined;
  readonly events: readonly {
    readonly type: string;
    readonly occurrence: number;
    readonly description: string;
    readonly username?: string | undefined;
  }[];
}

export const eventLog: JsonSchema<EventLog> = v.object({
  connectionId: v.string(),
  created: epochSeconds,
  archived: nullish(epochSeconds),
  events: listOf(
    v.object({
      type: v.string(),
      occurrence: epochSeconds,
      description: textOrEmpty,
      username: nullish(v.string()),
    }),
  ),
});

/** What the framework under a server says where the server has no words: there is never a reason in it. */
export interface ServerError {
  readonly status: number;
  readonly error: string;
  readonly path: string;
}

export const serverError: JsonSchema<ServerError> = v.object({
  status: v.number(),
  error: v.string(),
  path: v.string(),
});

/** Where tokens come from. */
export interface OauthSettings {
  readonly enabled: boolean;
  readonly clientId?: string | undefined;
  readonly authorizationEndpoint?: string | undefined;
  readonly tokenEndpoint?: string | undefined;
  readonly scope?: string | undefined;
  readonly allowedGroups: readonly string[];
}

export const oauthSettings: JsonSchema<OauthSettings> = v.object({
  enabled: v.boolean(),
  clientId: nullish(v.string()),
  authorizationEndpoint: nullish(v.string()),
  tokenEndpoint: nullish(v.string()),
  scope: nullish(v.string()),
  allowedGroups: listOf(v.string()),
});
