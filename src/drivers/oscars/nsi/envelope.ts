import type { Result } from "neverthrow";
import { envelopeOf, openEnvelope, SOAP_1_1 } from "../soap/envelope.ts";
import { attemptXml, elementOf, readElement, type XmlCodec } from "../xml/codec.ts";
import { childNamed, type XmlElement } from "../xml/element.ts";
import { XmlFailure, type XmlFault } from "../xml/fault.ts";
import { fieldsIn } from "../xml/field.ts";
import { readXml, type XmlLimits } from "../xml/read-xml.ts";
import { text, token } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";
import { writeXml } from "../xml/write-xml.ts";
import { type NsiHeader, nsiHeader } from "./header.ts";
import { type NsiMessage, nsiMessages } from "./message.ts";
import { CONNECTION_TYPES, FRAMEWORK_HEADERS, nsiPrefixes } from "./names.ts";
import { type ServiceException, serviceException } from "./service-exception.ts";

/** A SOAP 1.1 fault: a request was not even taken. */
export interface SoapFault {
  readonly type: "fault";
  /** Without its prefix: `Client`, `Server`. */
  readonly faultcode: string;
  readonly faultstring: string;
  /** What the detail says, under whichever name peers put it. */
  readonly serviceException?: ServiceException;
}

/** What one HTTP body of the Connection Service holds; faults may come without a header. */
export interface NsiEnvelope {
  readonly header?: NsiHeader;
  readonly body: NsiMessage | SoapFault;
}

/** Reads an HTTP body. */
export function readNsi(body: string, limits?: XmlLimits): Result<NsiEnvelope, XmlFault> {
  return readXml(body, limits).andThen((root) => attemptXml(() => read(root)));
}

/** Writes an HTTP body. */
export function writeNsi({ header, body }: NsiEnvelope): string {
  const blocks =
    header === undefined ? [] : [elementOf(FRAMEWORK_HEADERS, "nsiHeader", nsiHeader, header)];
  return writeXml(envelopeOf(SOAP_1_1, { header: blocks, body: bodyOf(body) }), nsiPrefixes);
}

function bodyOf(body: NsiMessage | SoapFault): XmlElement {
  return body.type === "fault"
    ? elementOf(SOAP_1_1, "Fault", fault, body)
    : nsiMessages.write(CONNECTION_TYPES, body);
}

function read(root: XmlElement): NsiEnvelope {
  const { header, body } = openEnvelope(root, SOAP_1_1);
  const block = header.find(({ name }) => name === "nsiHeader");
  return {
    ...(block === undefined ? {} : { header: readElement(block, nsiHeader) }),
    body: readBody(body),
  };
}

function readBody(element: XmlElement): NsiMessage | SoapFault {
  if (element.namespace === SOAP_1_1 && element.name === "Fault")
    return { type: "fault", ...readElement(element, fault) };
  const message = nsiMessages.read(element);
  if (message === undefined) throw new XmlFailure([], `no message is called ${element.name}`);
  return message;
}

const { required, optional } = fieldsIn("");

/** The exception stands in the detail as it is, or within the `error` of a synchronous query. */
const detail: XmlCodec<ServiceException | undefined> = {
  read(element) {
    const inner = childNamed(element, "error") ?? element;
    const exception = childNamed(inner, "serviceException");
    return exception === undefined ? undefined : readElement(exception, serviceException);
  },
  write: (value) => ({
    attributes: [],
    children:
      value === undefined
        ? []
        : [elementOf(CONNECTION_TYPES, "serviceException", serviceException, value)],
    text: "",
  }),
};

const fault: XmlCodec<Omit<SoapFault, "type">> = struct<Omit<SoapFault, "type">>({
  faultcode: required("faultcode", {
    read: (element) => token.read(element).replace(/^.*:/, ""),
    write: (code) => token.write(`${nsiPrefixes[SOAP_1_1]}:${code}`),
  }),
  faultstring: required("faultstring", text),
  serviceException: optional("detail", detail),
});
