import type { XmlCodec } from "../xml/codec.ts";
import type { XmlElement } from "../xml/element.ts";
import { attribute, content, fieldsIn, optionalAttribute, others } from "../xml/field.ts";
import { boolean, dateTime, exactWord, integer, text, token } from "../xml/scalars.ts";
import { type FieldsOf, listOf, struct } from "../xml/struct.ts";
import { POINT_TO_POINT } from "./names.ts";

/**
 * `ScheduleType`, milliseconds since the epoch. Absent: at once, or without end; in a change, as it
 * was. `null` is sent as nil and says at once, or without end, in a change.
 */
export interface Schedule {
  readonly startTime?: number | null;
  readonly endTime?: number | null;
}

/** A value with a name. */
export interface Parameter {
  readonly type: string;
  readonly value: string;
}

/** A service termination point to pass, in order. */
export interface OrderedStp {
  readonly order: number;
  readonly stp: string;
}

/** `ClusionType`: what a path must or must not have, as the peers have agreed. */
export interface Clusion {
  readonly type: string;
  readonly terms: readonly XmlElement[];
}

/**
 * `P2PServiceBaseType`. `capacity` is in the unit of the service: Mbit/s for Ethernet. The schema
 * asks for direction and both STPs, but SuPA takes a change only without them.
 */
export interface PointToPoint {
  readonly capacity: number;
  readonly directionality?: "Bidirectional" | "Unidirectional";
  readonly symmetricPath?: boolean;
  readonly sourceSTP?: string;
  readonly destSTP?: string;
  readonly ero?: readonly OrderedStp[];
  readonly parameter: readonly Parameter[];
  readonly inclusion: readonly Clusion[];
  readonly exclusion: readonly Clusion[];
  readonly others: readonly XmlElement[];
}

/** What a reservation asks for, or has been given. */
export interface Criteria {
  readonly version?: number;
  readonly schedule?: Schedule;
  readonly serviceType?: string;
  readonly p2ps?: PointToPoint;
  /** In a change: the new capacity alone. */
  readonly capacity?: number;
  /** In a change: new parameters alone. */
  readonly parameter: readonly Parameter[];
  readonly others: readonly XmlElement[];
}

const { required, optional, many, nillable } = fieldsIn("");
const service = fieldsIn(POINT_TO_POINT);

export const schedule: XmlCodec<Schedule> = struct<Schedule>({
  startTime: nillable("startTime", dateTime),
  endTime: nillable("endTime", dateTime),
});

const parameter = struct<Parameter>({
  type: attribute("type", text),
  value: content(text),
});

const clusion = struct<Clusion>({ type: attribute("type", text), terms: others });

const orderedStp = struct<OrderedStp>({
  order: attribute("order", integer),
  stp: required("stp", token),
});

const pointToPoint: XmlCodec<PointToPoint> = struct<PointToPoint>({
  capacity: required("capacity", integer),
  directionality: optional("directionality", exactWord(["Bidirectional", "Unidirectional"])),
  symmetricPath: optional("symmetricPath", boolean),
  sourceSTP: optional("sourceSTP", token),
  destSTP: optional("destSTP", token),
  ero: optional("ero", listOf("", "orderedSTP", orderedStp)),
  parameter: many("parameter", parameter),
  inclusion: many("inclusion", clusion),
  exclusion: many("exclusion", clusion),
  others,
});

type ScheduleFields = Pick<Criteria, "version" | "schedule" | "serviceType">;

/** What criteria of every kind begin with. */
export const scheduleFields: FieldsOf<ScheduleFields> = {
  version: optionalAttribute("version", integer),
  schedule: optional("schedule", schedule),
  serviceType: optional("serviceType", token),
};

/** And end with. */
export const serviceFields: FieldsOf<Omit<Criteria, keyof ScheduleFields>> = {
  p2ps: service.optional("p2ps", pointToPoint),
  capacity: service.optional("capacity", integer),
  parameter: service.many("parameter", parameter),
  others,
};

export const criteria: XmlCodec<Criteria> = struct<Criteria>({
  ...scheduleFields,
  ...serviceFields,
});
