import type { Result } from "neverthrow";
import { attemptXml, type XmlCodec } from "../xml/codec.ts";
import type { XmlElement } from "../xml/element.ts";
import { XmlFailure, type XmlFault } from "../xml/fault.ts";
import { attribute, content, fieldsIn, optionalAttribute } from "../xml/field.ts";
import { readXml } from "../xml/read-xml.ts";
import { dateTime, exactWord, text, token } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";
import { writeXml } from "../xml/write-xml.ts";

const DISCOVERY = "http://schemas.ogf.org/nsi/2014/02/discovery/nsa";

/** Where an agent offers something, and what. */
export interface NsaInterface {
  readonly id?: string;
  /** Such as `application/vnd.ogf.nsi.cs.v2.provider+soap`. */
  readonly type: string;
  readonly href: string;
  readonly describedBy?: string;
}

/** Something an agent can do, such as `vnd.ogf.nsi.cs.v2.role.uPA`. */
export interface NsaFeature {
  readonly type: string;
  readonly value: string;
}

/** Another agent, and what this one is to it: requester (`RA`) or provider (`PA`). */
export interface NsaPeer {
  readonly role: "RA" | "PA";
  readonly nsa: string;
}

/** How an agent presents itself (NSA Description Document, GFD.220). Milliseconds since the epoch. */
export interface NsaDescription {
  readonly id: string;
  readonly version: number;
  readonly expires?: number;
  readonly name?: string;
  readonly softwareVersion?: string;
  readonly startTime?: number;
  readonly networkId: readonly string[];
  readonly interface: readonly NsaInterface[];
  readonly feature: readonly NsaFeature[];
  readonly peersWith: readonly NsaPeer[];
}

/** Reads a discovery document. */
export function readNsaDescription(document: string): Result<NsaDescription, XmlFault> {
  return readXml(document).andThen((root) => attemptXml(() => descriptionOf(root)));
}

function descriptionOf(root: XmlElement): NsaDescription {
  if (root.name !== "nsa") throw new XmlFailure([], `an nsa expected, not ${root.name}`);
  return nsaDescription.read(root);
}

/** Writes a discovery document. */
export function writeNsaDescription(description: NsaDescription): string {
  const root = { namespace: DISCOVERY, name: "nsa", ...nsaDescription.write(description) };
  return writeXml(root, { [DISCOVERY]: "nsi" });
}

const { required, optional, many } = fieldsIn("");

/** Where no role is given the schema says `RA`. */
const nsaPeer: XmlCodec<NsaPeer> = {
  read: (element) => {
    const { role: given, nsa } = wirePeer.read(element);
    return { role: given ?? "RA", nsa };
  },
  write: (peer) => wirePeer.write(peer),
};

const wirePeer = struct<{ readonly role?: "RA" | "PA"; readonly nsa: string }>({
  role: optionalAttribute("role", exactWord(["RA", "PA"])),
  nsa: content(token),
});

const nsaDescription: XmlCodec<NsaDescription> = struct<NsaDescription>({
  id: attribute("id", text),
  version: attribute("version", dateTime),
  expires: optionalAttribute("expires", dateTime),
  name: optional("name", text),
  softwareVersion: optional("softwareVersion", text),
  startTime: optional("startTime", dateTime),
  networkId: many("networkId", token),
  interface: many(
    "interface",
    struct<NsaInterface>({
      id: optionalAttribute("id", text),
      type: required("type", token),
      href: required("href", token),
      describedBy: optional("describedBy", token),
    }),
  ),
  feature: many(
    "feature",
    struct<NsaFeature>({ type: attribute("type", text), value: content(text) }),
  ),
  peersWith: many("peersWith", nsaPeer),
});
