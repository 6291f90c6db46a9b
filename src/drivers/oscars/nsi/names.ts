import { XSI } from "../xml/field.ts";
import type { Prefixes } from "../xml/write-xml.ts";

/** Namespaces of NSI Connection Service 2.0 (OGF GFD.212); 2.1 (GFD.237) kept them. */
export const CONNECTION_TYPES = "http://schemas.ogf.org/nsi/2013/12/connection/types";
export const FRAMEWORK_TYPES = "http://schemas.ogf.org/nsi/2013/12/framework/types";
export const FRAMEWORK_HEADERS = "http://schemas.ogf.org/nsi/2013/12/framework/headers";
export const POINT_TO_POINT = "http://schemas.ogf.org/nsi/2013/12/services/point2point";

/** What a message says it is written in; providers are lenient about it and so are we. */
export const PROVIDER_VERSION = "application/vnd.ogf.nsi.cs.v2.provider+soap";
export const REQUESTER_VERSION = "application/vnd.ogf.nsi.cs.v2.requester+soap";

/** The service that Ethernet providers offer: capacity in Mbit/s, STPs with a VLAN label. */
export const ETHERNET_SERVICE = "http://services.ogf.org/nsi/2013/12/descriptions/EVTS.A-GOLE";

const OPERATIONS = "http://schemas.ogf.org/nsi/2013/12/connection/service/";

/** The SOAPAction header of a message, quotes included: some providers refuse it without. */
export function soapAction(message: string): string {
  return `"${OPERATIONS}${message}"`;
}

/** The prefixes that people who read NSI are used to. */
export const nsiPrefixes: Prefixes = {
  "http://schemas.xmlsoap.org/soap/envelope/": "soapenv",
  [FRAMEWORK_HEADERS]: "head",
  [FRAMEWORK_TYPES]: "ftyp",
  [CONNECTION_TYPES]: "conn",
  [POINT_TO_POINT]: "p2p",
  [XSI]: "xsi",
  "urn:oasis:names:tc:SAML:2.0:assertion": "saml",
  "http://nordu.net/namespaces/2013/12/gnsbod": "gns",
};
