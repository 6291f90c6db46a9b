import type { XmlCodec } from "../xml/codec.ts";
import type { XmlElement } from "../xml/element.ts";
import { attribute, fieldsIn, others } from "../xml/field.ts";
import { integer, text, token } from "../xml/scalars.ts";
import { type FieldsOf, listOf, recursive, struct } from "../xml/struct.ts";
import { type Criteria, scheduleFields, serviceFields } from "./criteria.ts";
import { type ConnectionStates, connectionStates } from "./states.ts";

/** A part of a connection in another agent's network. */
export interface ChildSummary {
  readonly order: number;
  readonly connectionId: string;
  readonly providerNSA: string;
  readonly serviceType: string;
  readonly others: readonly XmlElement[];
}

/** The same with all that the other agent knows of it. */
export interface ChildDetails {
  readonly order: number;
  readonly connectionId: string;
  readonly providerNSA: string;
  readonly connectionStates: ConnectionStates;
  readonly criteria: readonly CriteriaWith<ChildDetails>[];
}

/** Committed criteria and the parts that realise them. */
export interface CriteriaWith<Child> extends Criteria {
  readonly children?: readonly Child[];
}

/** A reservation as a query shows it. There are no criteria while nothing is committed. */
export interface Reservation<Child> {
  readonly connectionId: string;
  readonly globalReservationId?: string;
  readonly description?: string;
  readonly criteria: readonly CriteriaWith<Child>[];
  readonly requesterNSA: string;
  readonly connectionStates: ConnectionStates;
  readonly notificationId?: number;
  readonly resultId?: number;
}

const { required, optional, many } = fieldsIn("");

const childSummary = struct<ChildSummary>({
  order: attribute("order", integer),
  connectionId: required("connectionId", token),
  providerNSA: required("providerNSA", token),
  serviceType: required("serviceType", token),
  others,
});

const childDetails: XmlCodec<ChildDetails> = struct<ChildDetails>({
  order: attribute("order", integer),
  connectionId: required("connectionId", token),
  providerNSA: required("providerNSA", token),
  connectionStates: required("connectionStates", connectionStates),
  criteria: many(
    "criteria",
    recursive(() => criteriaWith(childDetails)),
  ),
});

function criteriaWith<Child>(child: XmlCodec<Child>): XmlCodec<CriteriaWith<Child>> {
  const fields: FieldsOf<CriteriaWith<Child>> = {
    ...scheduleFields,
    children: optional("children", listOf("", "child", child)),
    ...serviceFields,
  };
  return struct<CriteriaWith<Child>>(fields);
}

function reservationWith<Child>(child: XmlCodec<Child>): XmlCodec<Reservation<Child>> {
  const fields: FieldsOf<Reservation<Child>> = {
    connectionId: required("connectionId", token),
    globalReservationId: optional("globalReservationId", token),
    description: optional("description", text),
    criteria: many("criteria", criteriaWith(child)),
    requesterNSA: required("requesterNSA", token),
    connectionStates: required("connectionStates", connectionStates),
    notificationId: optional("notificationId", integer),
    resultId: optional("resultId", integer),
  };
  return struct<Reservation<Child>>(fields);
}

export const reservationSummary: XmlCodec<Reservation<ChildSummary>> =
  reservationWith(childSummary);
export const reservationDetails: XmlCodec<Reservation<ChildDetails>> =
  reservationWith(childDetails);
