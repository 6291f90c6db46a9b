import { err, ok, type Result } from "neverthrow";
import { match } from "ts-pattern";
import { formatLinkUrn, OGF_NETWORK, parseLinkUrn } from "./idcp/link-urn.ts";
import type { OscarsDriverOptions } from "./oscars-driver-options.ts";

/** A dialect, by how it names ports. */
export type NamingDialect = OscarsDriverOptions["dialect"];

/**
 * What a domain of a dialect is asked with for a port that somebody has named, in any of the ways in which such ports
 * are named. The error says what is wrong with a text that names none.
 *
 * | dialect | gives | takes as well |
 * | --- | --- | --- |
 * | `idcp` | `urn:ogf:network:domain=d:node=n:port=p:link=l` | `urn:ogf:network:d:n:p:l`, `d:n:p:l`; names that the server knows ("friendly names") stay as they are |
 * | `nsi` | `urn:ogf:network:example.net:2013:topology:port` | the same without `urn:ogf:network:` |
 * | `rest` | `device:port`, as in `losa-cr6:2/1/c4/1` | the STP of the same port, `urn:ogf:network:es.net:2013::losa-cr6:2_1_c4_1:+` |
 */
export function portNameIn(dialect: NamingDialect, text: string): Result<string, string> {
  const name = text.trim();
  return match(dialect)
    .with("idcp", () => linkName(name))
    .with("nsi", () => stpName(name))
    .with("rest", () => devicePort(name))
    .exhaustive();
}

/**
 * The STP of an OSCARS 1 port, `device:port`, in the topology that the server has for NSI (`nml.topo-id`:
 * `urn:ogf:network:es.net:2013:`).
 */
export function oscarsStp(topologyId: string, port: string): Result<string, string> {
  return devicePort(port).map((name) => `${topologyId}:${name.replaceAll("/", "_")}:+`);
}

function linkName(name: string): Result<string, string> {
  const urn = parseLinkUrn(name);
  if (urn !== undefined) return ok(formatLinkUrn(urn));
  if (name === "" || name.startsWith(OGF_NETWORK))
    return err(`"${name}" is not the URN of a link: a domain, a node, a port and a link`);
  return ok(name);
}

/** What all STPs may begin with, in letters of either case (RFC 8141 §3.1). */
const PREFIX = /^urn:ogf:network:/i;
/** A network of some domain and year, and what it calls the port; not a URN of another kind, nor the address of a page. */
const STP = /^(?!urn:|domain=|[^:]*:\/\/)[^\s?:]+(?::[^\s?:]*)*:[^\s?:]+$/i;

function stpName(name: string): Result<string, string> {
  if (name.includes("?")) return err(`"${name}" has a label: each circuit has its own`);
  const rest = name.replace(PREFIX, "");
  return STP.test(rest) ? ok(OGF_NETWORK + rest) : err(`"${name}" is no STP`);
}

/** The last parts of the STP of an OSCARS port; no port has a `_` in its own name. */
const OSCARS_STP = /^.+:([^\s:]+):([^\s:]+):\+$/;
const DEVICE_PORT = /^(?!urn:)[^\s:?]+:(?!:)(?:(?!::)[^\s?])+$/i;

function devicePort(name: string): Result<string, string> {
  const [, device, port] = OSCARS_STP.exec(name) ?? [];
  if (device !== undefined && port !== undefined)
    return ok(`${device}:${port.replaceAll("_", "/")}`);
  return DEVICE_PORT.test(name) ? ok(name) : err(`"${name}" is not a device and a port of it`);
}
