import type { XmlCodec } from "../xml/codec.ts";
import type { XmlElement } from "../xml/element.ts";
import { fieldsIn, optionalAttribute, others } from "../xml/field.ts";
import { text, token } from "../xml/scalars.ts";
import { listOf, recursive, struct } from "../xml/struct.ts";

/** `TypeValuePairType`: a named value, of which there may be several or none (`null`). */
export interface TypeValuePair {
  readonly type?: string;
  readonly namespace?: string;
  readonly value: readonly (string | null)[];
  /** What is available instead (GFD.238), and whatever else peers add. */
  readonly others: readonly XmlElement[];
}

/** `ServiceExceptionType`: why a request failed, and which agent below says so. */
export interface ServiceException {
  readonly nsaId: string;
  readonly connectionId?: string;
  readonly serviceType?: string;
  /** Five digits (GFD.235). */
  readonly errorId: string;
  readonly text: string;
  readonly variables?: readonly TypeValuePair[];
  readonly childException: readonly ServiceException[];
}

const { required, optional, many, manyNillable } = fieldsIn("");

export const typeValuePair: XmlCodec<TypeValuePair> = struct<TypeValuePair>({
  type: optionalAttribute("type", text),
  namespace: optionalAttribute("namespace", text),
  value: manyNillable("value", text),
  others,
});

export const serviceException: XmlCodec<ServiceException> = struct<ServiceException>({
  nsaId: required("nsaId", token),
  connectionId: optional("connectionId", token),
  serviceType: optional("serviceType", token),
  errorId: required("errorId", token),
  text: required("text", text),
  variables: optional("variables", listOf("", "variable", typeValuePair)),
  childException: many(
    "childException",
    recursive(() => serviceException),
  ),
});

/**
 * What went wrong in the first place: an aggregator passes on what its children said, and the
 * innermost exception is the one that has a reason.
 */
export function rootCause(exception: ServiceException): ServiceException {
  const [child] = exception.childException;
  return child === undefined ? exception : rootCause(child);
}

/** What a requester can do about an error. */
export type ErrorClass =
  /** The connection does not exist any more: for who wanted it gone, success. */
  | "gone"
  /** The provider has trouble of its own; the same request may succeed later. */
  | "retry"
  /** There is not enough of something, or no way: another choice may succeed. */
  | "unavailable"
  /** The request, or who makes it, is not accepted. */
  | "refused";

/** The class of an `errorId`, by GFD.235 and the older numbers that are still sent. */
export function errorClass(errorId: string): ErrorClass {
  if (errorId === "00203" || errorId === "00204") return "gone";
  switch (errorId.slice(0, 3)) {
    case "005":
    case "008":
      return "retry";
    case "004":
    case "006":
    case "007":
      return "unavailable";
    default:
      return "refused";
  }
}
