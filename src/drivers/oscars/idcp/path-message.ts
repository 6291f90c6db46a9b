import { fieldsIn } from "../xml/field.ts";
import { integer, text, token } from "../xml/scalars.ts";
import type { FieldsOf } from "../xml/struct.ts";
import { type CtrlPlaneTopology, ctrlPlaneTopology } from "./ctrl-plane.ts";
import { CTRL_PLANE } from "./names.ts";
import { type VlanTag, vlanTag } from "./path-info.ts";

/** Sets up, looks at or takes down the path of a reservation. */
export interface PathRequest {
  readonly token?: string;
  readonly globalReservationId: string;
}

/** The status of a reservation after an operation on it. */
export interface ReservationStatus {
  readonly globalReservationId: string;
  readonly status: string;
}

/** Asks for reservations: those that fit everything that is given. Times are seconds since the epoch. */
export interface ReservationFilter {
  readonly resStatus: readonly string[];
  readonly startTime?: number;
  readonly endTime?: number;
  readonly description?: string;
  readonly linkId: readonly string[];
  readonly vlanTag: readonly VlanTag[];
  /** Whose; version 0.6 only. */
  readonly user?: string;
  readonly resRequested?: number;
  readonly resOffset?: number;
}

export interface TopologyRequest {
  /** `all`. */
  readonly topologyType: string;
}

export interface TopologyAnswer {
  readonly topology: CtrlPlaneTopology;
}

/** Fields that both versions share, each in its own namespace. */
export interface SharedFields {
  readonly pathRequest: FieldsOf<PathRequest>;
  readonly status: FieldsOf<ReservationStatus>;
  readonly filter: FieldsOf<ReservationFilter>;
  readonly topologyRequest: FieldsOf<TopologyRequest>;
  readonly topologyAnswer: FieldsOf<TopologyAnswer>;
}

export function sharedFieldsIn(namespace: string): SharedFields {
  const { required, optional, many } = fieldsIn(namespace);
  return {
    pathRequest: {
      token: optional("token", text),
      globalReservationId: required("globalReservationId", token),
    },
    status: {
      globalReservationId: required("globalReservationId", token),
      status: required("status", token),
    },
    filter: {
      resStatus: many("resStatus", token),
      startTime: optional("startTime", integer),
      endTime: optional("endTime", integer),
      description: optional("description", text),
      linkId: many("linkId", token),
      vlanTag: many("vlanTag", vlanTag),
      user: optional("user", token),
      resRequested: optional("resRequested", integer),
      resOffset: optional("resOffset", integer),
    },
    topologyRequest: { topologyType: required("topologyType", token) },
    topologyAnswer: { topology: fieldsIn(CTRL_PLANE).required("topology", ctrlPlaneTopology) },
  };
}
