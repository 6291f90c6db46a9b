import type { XmlElement } from "../xml/element.ts";
import { attribute, content, fieldsIn, type Variants, variants } from "../xml/field.ts";
import { integer, text, token } from "../xml/scalars.ts";
import { children, type FieldsOf, struct } from "../xml/struct.ts";
import { OSCARS_05 } from "./names.ts";
import { type PathInfo, pathInfoIn } from "./path-info.ts";
import {
  type PathRequest,
  type ReservationFilter,
  type ReservationStatus,
  sharedFieldsIn,
  type TopologyAnswer,
  type TopologyRequest,
} from "./path-message.ts";

/** Seconds since the epoch, Mbit/s. */
interface Demand {
  readonly startTime: number;
  readonly endTime: number;
  readonly bandwidth: number;
  readonly description: string;
}

export interface CreateReservation05 extends Demand {
  readonly type: "createReservation";
  readonly globalReservationId?: string;
  readonly pathInfo: PathInfo;
}

export interface CreateReservationResponse05 extends ReservationStatus {
  readonly type: "createReservationResponse";
  readonly token?: string;
  readonly pathInfo?: PathInfo;
}

export interface ModifyReservation05 extends Demand {
  readonly type: "modifyReservation";
  readonly globalReservationId: string;
  readonly pathInfo?: PathInfo;
}

export interface ModifyReservationResponse05 {
  readonly type: "modifyReservationResponse";
  readonly reservation: ReservationDetails05;
}

export interface OnReservation05 {
  readonly type: "queryReservation" | "cancelReservation";
  readonly gri: string;
}

export interface CancelReservationResponse05 {
  readonly type: "cancelReservationResponse";
  readonly status: string;
}

export interface ReservationDetails05 extends Demand {
  readonly globalReservationId: string;
  readonly login: string;
  readonly status: string;
  /** Seconds since the epoch. */
  readonly createTime: number;
  readonly pathInfo: PathInfo;
}

export interface QueryReservationResponse05 extends ReservationDetails05 {
  readonly type: "queryReservationResponse";
}

export interface ListReservations05 extends ReservationFilter {
  readonly type: "listReservations";
}

export interface ListReservationsResponse05 {
  readonly type: "listReservationsResponse";
  readonly resDetails: readonly ReservationDetails05[];
  readonly totalResults?: number;
}

export interface PathRequest05 extends PathRequest {
  readonly type: "createPath" | "refreshPath" | "teardownPath";
}

export interface StatusResponse05 extends ReservationStatus {
  readonly type: "createPathResponse" | "refreshPathResponse" | "teardownPathResponse";
}

export interface GetNetworkTopology05 extends TopologyRequest {
  readonly type: "getNetworkTopology";
}

export interface GetNetworkTopologyResponse05 extends TopologyAnswer {
  readonly type: "getNetworkTopologyResponse";
}

/** What a broker tells of a reservation. */
export interface Event05 {
  readonly type: "event";
  readonly id: string;
  /** A word such as `PATH_SETUP_COMPLETED`; `type` in the schema. */
  readonly event: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly userLogin?: string;
  readonly errorSource?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly resDetails?: ReservationDetails05;
  readonly msgDetails?: readonly XmlElement[];
  readonly localDetails?: readonly XmlElement[];
}

/** Every message of a user with an OSCARS 0.5 or DRAGON server, by the name of its element. */
export type Message05 =
  | CreateReservation05
  | CreateReservationResponse05
  | ModifyReservation05
  | ModifyReservationResponse05
  | OnReservation05
  | CancelReservationResponse05
  | QueryReservationResponse05
  | ListReservations05
  | ListReservationsResponse05
  | PathRequest05
  | StatusResponse05
  | GetNetworkTopology05
  | GetNetworkTopologyResponse05
  | Event05;

const { required, optional, many } = fieldsIn(OSCARS_05);
const shared = sharedFieldsIn(OSCARS_05);
const pathInfo = pathInfoIn(OSCARS_05);

const demand: FieldsOf<Demand> = {
  startTime: required("startTime", integer),
  endTime: required("endTime", integer),
  bandwidth: required("bandwidth", integer),
  description: required("description", text),
};

const reservationDetails = struct<ReservationDetails05>({
  globalReservationId: required("globalReservationId", token),
  login: required("login", token),
  status: required("status", token),
  startTime: demand.startTime,
  endTime: demand.endTime,
  createTime: required("createTime", integer),
  bandwidth: demand.bandwidth,
  description: demand.description,
  pathInfo: required("pathInfo", pathInfo),
});

const onReservation = struct<Omit<OnReservation05, "type">>({ gri: required("gri", token) });
const statusResponse = struct<ReservationStatus>(shared.status);
const pathRequest = struct<PathRequest>(shared.pathRequest);

/** All messages of version 0.5. */
export const messages05: Variants<Message05> = variants<Message05>({
  createReservation: struct<Omit<CreateReservation05, "type">>({
    globalReservationId: optional("globalReservationId", token),
    ...demand,
    pathInfo: required("pathInfo", pathInfo),
  }),
  createReservationResponse: struct<Omit<CreateReservationResponse05, "type">>({
    globalReservationId: required("globalReservationId", token),
    token: optional("token", text),
    status: required("status", token),
    pathInfo: optional("pathInfo", pathInfo),
  }),
  modifyReservation: struct<Omit<ModifyReservation05, "type">>({
    globalReservationId: required("globalReservationId", token),
    ...demand,
    pathInfo: optional("pathInfo", pathInfo),
  }),
  modifyReservationResponse: struct<Omit<ModifyReservationResponse05, "type">>({
    reservation: required("reservation", reservationDetails),
  }),
  queryReservation: onReservation,
  queryReservationResponse: reservationDetails,
  cancelReservation: onReservation,
  cancelReservationResponse: struct<Omit<CancelReservationResponse05, "type">>({
    status: content(token),
  }),
  listReservations: struct<ReservationFilter>(shared.filter),
  listReservationsResponse: struct<Omit<ListReservationsResponse05, "type">>({
    resDetails: many("resDetails", reservationDetails),
    totalResults: optional("totalResults", integer),
  }),
  createPath: pathRequest,
  createPathResponse: statusResponse,
  refreshPath: pathRequest,
  refreshPathResponse: statusResponse,
  teardownPath: pathRequest,
  teardownPathResponse: statusResponse,
  getNetworkTopology: struct<TopologyRequest>(shared.topologyRequest),
  getNetworkTopologyResponse: struct<TopologyAnswer>(shared.topologyAnswer),
  event: struct<Omit<Event05, "type">>({
    id: attribute("id", text),
    event: required("type", token),
    timestamp: required("timestamp", integer),
    userLogin: optional("userLogin", token),
    errorSource: optional("errorSource", text),
    errorCode: optional("errorCode", token),
    errorMessage: optional("errorMessage", text),
    resDetails: optional("resDetails", reservationDetails),
    msgDetails: optional("msgDetails", children),
    localDetails: optional("localDetails", children),
  }),
});
