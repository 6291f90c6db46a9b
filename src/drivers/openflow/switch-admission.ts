import type { DomainView } from "../../model/domain-view.ts";
import type { NodeId } from "../../model/ids.ts";
import type { PeerCertificate } from "./transport.ts";

/** The certificate that a node's switch must show: one of these, or both. */
export interface SwitchIdentity {
  /** The common name of its subject. */
  readonly commonName?: string;
  /** Its SHA-256 fingerprint: hexadecimal digits, with colons or without. */
  readonly fingerprint256?: string;
}

/** The far end of a connection. */
export interface SwitchPeer {
  /** For people: `192.0.2.1:41234`. */
  readonly remote: string;
  readonly certificate?: PeerCertificate | undefined;
}

/**
 * Why a switch that has shaken hands is not taken for the node whose datapath id it gives; undefined
 * when it is.
 *
 * Who has the same certificate as the present connection, or none either and the same address, is
 * the same switch, come back before the old connection was missed: it replaces that. A stranger does
 * not, as long as the present connection lives.
 */
export function refusalOf(
  newcomer: SwitchPeer,
  identity: SwitchIdentity | undefined,
  present: SwitchPeer | undefined,
): string | undefined {
  if (identity !== undefined && !shows(newcomer, identity)) {
    return "its certificate is not the one that its datapath id is bound to";
  }
  if (present !== undefined && !isSame(newcomer, present)) {
    return `its datapath id is in use by ${present.remote}`;
  }
  return undefined;
}

/** The identity of a node's switch, by node id, as far as one is set. */
export type SwitchIdentities = Readonly<Record<string, SwitchIdentity>>;

/** What is wrong with identities: nodes that the domain does not have. */
export function strangeNodes(
  identities: SwitchIdentities | undefined,
  { nodes }: Pick<DomainView, "nodes">,
): string | undefined {
  const known = new Set<string>(nodes.map(({ id }) => id));
  const strange = Object.keys(identities ?? {}).filter((id) => !known.has(id));
  return strange.length === 0
    ? undefined
    : `identities: the domain has no node ${strange.join(", ")}`;
}

/** What is set for one node. */
export function identityOf(
  identities: SwitchIdentities | undefined,
  node: NodeId,
): SwitchIdentity | undefined {
  return identities !== undefined && Object.hasOwn(identities, node) ? identities[node] : undefined;
}

function shows(
  { certificate }: SwitchPeer,
  { commonName, fingerprint256 }: SwitchIdentity,
): boolean {
  if (certificate === undefined) return false;
  const isNamed = commonName === undefined || certificate.commonName === commonName;
  const isMarked =
    fingerprint256 === undefined || digits(certificate.fingerprint256) === digits(fingerprint256);
  return isNamed && isMarked;
}

function isSame(a: SwitchPeer, b: SwitchPeer): boolean {
  if (a.certificate !== undefined || b.certificate !== undefined) {
    return a.certificate?.fingerprint256 === b.certificate?.fingerprint256;
  }
  return addressOf(a) === addressOf(b);
}

/** The address without the port, which is another for each connection. */
export function addressOf({ remote }: Pick<SwitchPeer, "remote">): string {
  const colon = remote.lastIndexOf(":");
  return colon < 0 ? remote : remote.slice(0, colon);
}

function digits(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
