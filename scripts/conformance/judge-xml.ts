import { err, type Result } from "neverthrow";
import { ctrlPlaneTopology } from "../../src/drivers/oscars/idcp/ctrl-plane.ts";
import { idcp05, idcp06, readIdcp, writeIdcp } from "../../src/drivers/oscars/idcp/envelope.ts";
import { CTRL_PLANE, idcpPrefixes } from "../../src/drivers/oscars/idcp/names.ts";
import {
  readBrokerMessage,
  writeBrokerMessage,
} from "../../src/drivers/oscars/idcp/notification.ts";
import { readNsaDescription, writeNsaDescription } from "../../src/drivers/oscars/nsi/discovery.ts";
import { readNsi, writeNsi } from "../../src/drivers/oscars/nsi/envelope.ts";
import { readNmlTopology } from "../../src/drivers/oscars/nsi/nml.ts";
import { SOAP_1_1, SOAP_1_2 } from "../../src/drivers/oscars/soap/envelope.ts";
import { decodeXml } from "../../src/drivers/oscars/xml/codec.ts";
import { childNamed, type XmlElement } from "../../src/drivers/oscars/xml/element.ts";
import { describeXmlFault, type XmlFault } from "../../src/drivers/oscars/xml/fault.ts";
import { readXml } from "../../src/drivers/oscars/xml/read-xml.ts";
import { writeXml } from "../../src/drivers/oscars/xml/write-xml.ts";

/** Which schema judges a document. */
export type SchemaKind = "nsi" | "idcp" | "discovery" | "none";

/** A document read into the driver's model and, where the driver writes such, written from it again. */
export interface Regenerated {
  readonly schema: SchemaKind;
  readonly text?: string;
}

/** Reads a document as what its root says it is. */
export function regenerate(text: string): Result<Regenerated, string> {
  return readXml(text)
    .mapErr(describeXmlFault)
    .andThen((root) => regenerateAs(root, text));
}

function regenerateAs(root: XmlElement, text: string): Result<Regenerated, string> {
  if (root.name === "Envelope" && root.namespace === SOAP_1_1)
    return written("nsi", readNsi(text).map(writeNsi));
  if (root.name === "Envelope" && root.namespace === SOAP_1_2) return idcp(root, text);
  switch (root.name) {
    case "topology":
      return written(
        "idcp",
        decodeXml(ctrlPlaneTopology, root).map((value) =>
          writeXml(
            { namespace: CTRL_PLANE, name: root.name, ...ctrlPlaneTopology.write(value) },
            idcpPrefixes,
          ),
        ),
      );
    case "nsa":
      return written("discovery", readNsaDescription(text).map(writeNsaDescription));
    case "Topology":
      return readNmlTopology(text)
        .map((): Regenerated => ({ schema: "none" }))
        .mapErr(describeXmlFault);
    default:
      return err(`no model for documents that begin with ${root.name}`);
  }
}

/** Which version a message is in shows in its namespace, or in that of what it brings. */
function idcp(root: XmlElement, text: string): Result<Regenerated, string> {
  const body = childNamed(root, "Body");
  const isBroker = body?.children[0]?.namespace.includes("/wsn/") === true;
  const is05 = mentions(root, "http://oscars.es.net/OSCARS");
  if (isBroker) {
    const again = is05
      ? readBrokerMessage(idcp05, text).map((message) => writeBrokerMessage(idcp05, message))
      : readBrokerMessage(idcp06, text).map((message) => writeBrokerMessage(idcp06, message));
    return written("none", again);
  }
  const again = is05
    ? readIdcp(idcp05, text).map((envelope) => writeIdcp(idcp05, envelope))
    : readIdcp(idcp06, text).map((envelope) => writeIdcp(idcp06, envelope));
  return written("idcp", again);
}

function mentions(element: XmlElement, namespace: string): boolean {
  return (
    element.namespace === namespace || element.children.some((child) => mentions(child, namespace))
  );
}

function written(schema: SchemaKind, text: Result<string, XmlFault>): Result<Regenerated, string> {
  return text.map((value) => ({ schema, text: value })).mapErr(describeXmlFault);
}
