import type { Result } from "neverthrow";
import { envelopeOf, openEnvelope, SOAP_1_2 } from "../soap/envelope.ts";
import { attemptXml, elementOf, readElement, type XmlCodec } from "../xml/codec.ts";
import { childNamed, type XmlElement } from "../xml/element.ts";
import { XmlFailure, type XmlFault } from "../xml/fault.ts";
import { fieldsIn, type Variants } from "../xml/field.ts";
import { readXml, type XmlLimits } from "../xml/read-xml.ts";
import { text, token } from "../xml/scalars.ts";
import { struct, within } from "../xml/struct.ts";
import { writeXml, XML_NAMESPACE } from "../xml/write-xml.ts";
import { type ErrorReport, errorReport } from "./error-report.ts";
import { type Message05, messages05 } from "./message-05.ts";
import { type Message06, messages06 } from "./message-06.ts";
import { idcpPrefixes, OSCARS_05, OSCARS_06, OSCARS_COMMON } from "./names.ts";

/** A version of the protocol, and the messages it has. */
export interface IdcpVersion<Message> {
  readonly namespace: string;
  readonly messages: Variants<Message>;
}

export const idcp06: IdcpVersion<Message06> = { namespace: OSCARS_06, messages: messages06 };
export const idcp05: IdcpVersion<Message05> = { namespace: OSCARS_05, messages: messages05 };

/** A SOAP 1.2 fault. */
export interface IdcpFault {
  readonly type: "fault";
  /** Without its prefix: `Sender`, `Receiver`. */
  readonly code: string;
  readonly reason: string;
  readonly detail?: FaultDetail;
}

/** `OSCARSFault` of version 0.6, or one of the four of 0.5, which have a message only. */
export interface FaultDetail {
  readonly name: "OSCARSFault" | "AAAFault" | "BSSFault" | "TopologyFault" | "SignalFault";
  readonly msg: string;
  readonly details?: string;
  readonly errorReport?: ErrorReport;
}

/** What one HTTP body holds; the header is where the signature stands. */
export interface IdcpEnvelope<Message> {
  readonly header: readonly XmlElement[];
  readonly body: Message | IdcpFault;
}

/** Reads an HTTP body in one of the versions. */
export function readIdcp<Message>(
  version: IdcpVersion<Message>,
  body: string,
  limits?: XmlLimits,
): Result<IdcpEnvelope<Message>, XmlFault> {
  return readXml(body, limits).andThen((root) =>
    attemptXml(() => {
      const envelope = openEnvelope(root, SOAP_1_2);
      return { header: envelope.header, body: readBody(version, envelope.body) };
    }),
  );
}

/** Writes an HTTP body. */
export function writeIdcp<Message extends { readonly type: string }>(
  version: IdcpVersion<Message>,
  { header, body }: IdcpEnvelope<Message>,
): string {
  return writeXml(envelopeOf(SOAP_1_2, { header, body: bodyOf(version, body) }), idcpPrefixes);
}

function bodyOf<Message extends { readonly type: string }>(
  { namespace, messages }: IdcpVersion<Message>,
  body: Message | IdcpFault,
): XmlElement {
  return isFault(body)
    ? elementOf(SOAP_1_2, "Fault", fault, body)
    : messages.write(namespace, body);
}

function isFault(body: { readonly type: string }): body is IdcpFault {
  return body.type === "fault";
}

function readBody<Message>(
  { messages }: IdcpVersion<Message>,
  element: XmlElement,
): Message | IdcpFault {
  if (element.namespace === SOAP_1_2 && element.name === "Fault")
    return { type: "fault", ...readElement(element, fault) };
  const message = messages.read(element);
  if (message === undefined) throw new XmlFailure([], `no message is called ${element.name}`);
  return message;
}

const { required, optional } = fieldsIn(SOAP_1_2);
const common = fieldsIn(OSCARS_COMMON);

const oscarsFault = struct<Omit<FaultDetail, "name">>({
  msg: common.required("msg", text),
  details: common.optional("details", text),
  errorReport: common.optional("errorReport", errorReport),
});

const messageOnly = struct<Pick<FaultDetail, "msg">>({
  msg: fieldsIn(OSCARS_05).required("msg", text),
});

const faultNames = ["OSCARSFault", "AAAFault", "BSSFault", "TopologyFault", "SignalFault"] as const;

/** Servers put stack traces and other things there too; those are left out. */
const detail: XmlCodec<FaultDetail | undefined> = {
  read(element) {
    for (const name of faultNames) {
      const child = childNamed(element, name);
      if (child !== undefined) return { name, ...readElement(child, oscarsFault) };
    }
    return undefined;
  },
  write: (value) => ({
    attributes: [],
    children: value === undefined ? [] : [detailElement(value)],
    text: "",
  }),
};

function detailElement(value: FaultDetail): XmlElement {
  return value.name === "OSCARSFault"
    ? elementOf(OSCARS_COMMON, value.name, oscarsFault, value)
    : elementOf(OSCARS_05, value.name, messageOnly, value);
}

const code: XmlCodec<string> = {
  read: (element) => element.text.trim().replace(/^.*:/, ""),
  write: (value) => token.write(`${idcpPrefixes[SOAP_1_2]}:${value}`),
};

const inEnglish = { namespace: XML_NAMESPACE, name: "lang", value: "en" };

const reason: XmlCodec<string> = {
  read: (element) => element.text,
  write: (value) => ({ attributes: [inEnglish], children: [], text: value }),
};

const fault: XmlCodec<Omit<IdcpFault, "type">> = struct<Omit<IdcpFault, "type">>({
  code: required("Code", within(required("Value", code))),
  reason: required("Reason", within(required("Text", reason))),
  detail: optional("Detail", detail),
});
