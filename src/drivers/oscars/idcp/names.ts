import { SOAP_1_2 } from "../soap/envelope.ts";
import type { Prefixes } from "../xml/write-xml.ts";

/** Messages of OSCARS 0.6. */
export const OSCARS_06 = "http://oscars.es.net/OSCARS/06";
/** Messages of OSCARS 0.5, DRAGON and ION (IDCP 1). */
export const OSCARS_05 = "http://oscars.es.net/OSCARS";
export const OSCARS_COMMON = "http://oscars.es.net/OSCARS/common";
export const AUTH_PARAMS = "http://oscars.es.net/OSCARS/authParams";
/** NMWG control plane topologies. */
export const CTRL_PLANE = "http://ogf.org/schema/network/topology/ctrlPlane/20080828/";

/** The action of an operation; both versions write it alike. */
export function soapAction(operation: string): string {
  return `http://oscars.es.net/OSCARS/${operation}`;
}

export const idcpPrefixes: Prefixes = {
  [SOAP_1_2]: "soap",
  [OSCARS_06]: "oscars",
  [OSCARS_05]: "oscars",
  [OSCARS_COMMON]: "common",
  [AUTH_PARAMS]: "auth",
  [CTRL_PLANE]: "cp",
  "urn:oasis:names:tc:SAML:2.0:assertion": "saml",
};
