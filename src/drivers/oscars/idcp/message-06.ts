import type { XmlCodec } from "../xml/codec.ts";
import type { XmlElement } from "../xml/element.ts";
import { attribute, fieldsIn, type Variants, variants } from "../xml/field.ts";
import { integer, text, token } from "../xml/scalars.ts";
import { children, type FieldsOf, listOf, struct } from "../xml/struct.ts";
import { type ErrorReport, errorReport } from "./error-report.ts";
import { AUTH_PARAMS, OSCARS_06 } from "./names.ts";
import { type PathInfo, pathInfoIn } from "./path-info.ts";
import {
  type PathRequest,
  type ReservationFilter,
  type ReservationStatus,
  sharedFieldsIn,
  type TopologyAnswer,
  type TopologyRequest,
} from "./path-message.ts";

/** Which transaction a message belongs to, and who began it. Users leave it out. */
export interface MessageProperties {
  readonly globalTransactionId: string;
  readonly originator: readonly SubjectAttribute[];
}

/** A SAML attribute, as it is. */
export type SubjectAttribute = Pick<XmlElement, "attributes" | "children" | "text">;

interface WithProperties {
  readonly messageProperties?: MessageProperties;
}

/** Seconds since the epoch, Mbit/s. */
export interface Constraint {
  readonly startTime: number;
  readonly endTime: number;
  readonly bandwidth: number;
  readonly pathInfo: PathInfo;
}

export interface OptionalConstraint {
  readonly category: string;
  readonly value: readonly XmlElement[];
}

/** What is wanted of a reservation, what it has, and what else. */
interface Constraints {
  readonly userRequestConstraint: Constraint;
  readonly reservedConstraint?: Constraint;
  readonly optionalConstraint: readonly OptionalConstraint[];
}

export interface CreateReservation06 extends WithProperties, Constraints {
  readonly type: "createReservation";
  readonly globalReservationId?: string;
  readonly description: string;
}

export interface CreateReservationResponse06 extends WithProperties, ReservationStatus {
  readonly type: "createReservationResponse";
  readonly token?: string;
}

/** A change: whatever is 0 in `userRequestConstraint` stays. */
export interface ModifyReservation06 extends WithProperties, Constraints {
  readonly type: "modifyReservation";
  readonly globalReservationId: string;
  readonly description: string;
}

export interface OnReservation06 extends WithProperties {
  readonly type: "queryReservation" | "cancelReservation";
  readonly globalReservationId: string;
}

export interface StatusResponse06 extends WithProperties, ReservationStatus {
  readonly type:
    | "modifyReservationResponse"
    | "createPathResponse"
    | "refreshPathResponse"
    | "teardownPathResponse";
}

export interface CancelReservationResponse06 extends WithProperties {
  readonly type: "cancelReservationResponse";
  readonly status: string;
}

export interface ReservationDetails06 extends Constraints {
  readonly globalReservationId: string;
  readonly login: string;
  readonly description: string;
  /** Seconds since the epoch. */
  readonly createTime: number;
  readonly status: string;
}

export interface QueryReservationResponse06 extends WithProperties {
  readonly type: "queryReservationResponse";
  readonly reservationDetails: ReservationDetails06;
  readonly errorReport: readonly ErrorReport[];
}

export interface ListReservations06 extends WithProperties, ReservationFilter {
  readonly type: "listReservations";
}

export interface ListReservationsResponse06 extends WithProperties {
  readonly type: "listReservationsResponse";
  readonly resDetails: readonly ReservationDetails06[];
  readonly totalResults?: number;
}

export interface PathRequest06 extends WithProperties, PathRequest {
  readonly type: "createPath" | "refreshPath" | "teardownPath";
}

export interface GetNetworkTopology06 extends WithProperties, TopologyRequest {
  readonly type: "getNetworkTopology";
}

export interface GetNetworkTopologyResponse06 extends WithProperties, TopologyAnswer {
  readonly type: "getNetworkTopologyResponse";
}

export interface GetErrorReport extends WithProperties {
  readonly type: "getErrorReport";
  readonly transactionId: string;
}

export interface GetErrorReportResponse extends WithProperties {
  readonly type: "getErrorReportResponse";
  readonly errorReport: readonly ErrorReport[];
}

/** What a broker tells of a reservation. */
export interface Event06 extends WithProperties {
  readonly type: "event";
  readonly id: string;
  /** A word such as `PATH_SETUP_COMPLETED`; `type` in the schema. */
  readonly event: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly errorSource?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly resDetails?: ReservationDetails06;
  readonly localDetails?: readonly XmlElement[];
}

/** Every message of a user with an OSCARS 0.6 server, by the name of its element. */
export type Message06 =
  | CreateReservation06
  | CreateReservationResponse06
  | ModifyReservation06
  | OnReservation06
  | StatusResponse06
  | CancelReservationResponse06
  | QueryReservationResponse06
  | ListReservations06
  | ListReservationsResponse06
  | PathRequest06
  | GetNetworkTopology06
  | GetNetworkTopologyResponse06
  | GetErrorReport
  | GetErrorReportResponse
  | Event06;

const { required, optional, many } = fieldsIn(OSCARS_06);
const auth = fieldsIn(AUTH_PARAMS);
const shared = sharedFieldsIn(OSCARS_06);

const subjectAttribute: XmlCodec<SubjectAttribute> = {
  read: (element) => element,
  write: (value) => value,
};

const properties: FieldsOf<WithProperties> = {
  messageProperties: optional(
    "messageProperties",
    struct<MessageProperties>({
      globalTransactionId: auth.required("globalTransactionId", token),
      originator: auth.required(
        "originator",
        listOf(AUTH_PARAMS, "subjectAttribute", subjectAttribute),
      ),
    }),
  ),
};

const constraint = struct<Constraint>({
  startTime: required("startTime", integer),
  endTime: required("endTime", integer),
  bandwidth: required("bandwidth", integer),
  pathInfo: required("pathInfo", pathInfoIn(OSCARS_06)),
});

const optionalConstraint = struct<OptionalConstraint>({
  category: attribute("category", text),
  value: required("value", children),
});

const constraints: FieldsOf<Constraints> = {
  userRequestConstraint: required("userRequestConstraint", constraint),
  reservedConstraint: optional("reservedConstraint", constraint),
  optionalConstraint: many("optionalConstraint", optionalConstraint),
};

const reservationDetails = struct<ReservationDetails06>({
  globalReservationId: required("globalReservationId", token),
  login: required("login", token),
  description: required("description", text),
  createTime: required("createTime", integer),
  status: required("status", token),
  ...constraints,
});

const onReservation = struct<Omit<OnReservation06, "type">>({
  ...properties,
  globalReservationId: required("globalReservationId", token),
});

const statusResponse = struct<Omit<StatusResponse06, "type">>({ ...properties, ...shared.status });

const pathRequest = struct<Omit<PathRequest06, "type">>({ ...properties, ...shared.pathRequest });

/** All messages of version 0.6. */
export const messages06: Variants<Message06> = variants<Message06>({
  createReservation: struct<Omit<CreateReservation06, "type">>({
    ...properties,
    globalReservationId: optional("globalReservationId", token),
    description: required("description", text),
    ...constraints,
  }),
  createReservationResponse: struct<Omit<CreateReservationResponse06, "type">>({
    ...properties,
    globalReservationId: required("globalReservationId", token),
    token: optional("token", text),
    status: required("status", token),
  }),
  modifyReservation: struct<Omit<ModifyReservation06, "type">>({
    ...properties,
    globalReservationId: required("globalReservationId", token),
    description: required("description", text),
    ...constraints,
  }),
  modifyReservationResponse: statusResponse,
  queryReservation: onReservation,
  queryReservationResponse: struct<Omit<QueryReservationResponse06, "type">>({
    ...properties,
    reservationDetails: required("reservationDetails", reservationDetails),
    errorReport: many("errorReport", errorReport),
  }),
  cancelReservation: onReservation,
  cancelReservationResponse: struct<Omit<CancelReservationResponse06, "type">>({
    ...properties,
    status: required("status", token),
  }),
  listReservations: struct<Omit<ListReservations06, "type">>({ ...properties, ...shared.filter }),
  listReservationsResponse: struct<Omit<ListReservationsResponse06, "type">>({
    ...properties,
    resDetails: many("resDetails", reservationDetails),
    totalResults: optional("totalResults", integer),
  }),
  createPath: pathRequest,
  createPathResponse: statusResponse,
  refreshPath: pathRequest,
  refreshPathResponse: statusResponse,
  teardownPath: pathRequest,
  teardownPathResponse: statusResponse,
  getNetworkTopology: struct<Omit<GetNetworkTopology06, "type">>({
    ...properties,
    ...shared.topologyRequest,
  }),
  getNetworkTopologyResponse: struct<Omit<GetNetworkTopologyResponse06, "type">>({
    ...properties,
    ...shared.topologyAnswer,
  }),
  getErrorReport: struct<Omit<GetErrorReport, "type">>({
    ...properties,
    transactionId: required("transactionId", token),
  }),
  getErrorReportResponse: struct<Omit<GetErrorReportResponse, "type">>({
    ...properties,
    errorReport: many("errorReport", errorReport),
  }),
  event: struct<Omit<Event06, "type">>({
    id: attribute("id", text),
    ...properties,
    event: required("type", token),
    timestamp: required("timestamp", integer),
    errorSource: optional("errorSource", text),
    errorCode: optional("errorCode", token),
    errorMessage: optional("errorMessage", text),
    resDetails: optional("resDetails", reservationDetails),
    localDetails: optional("localDetails", children),
  }),
});
