import type { XmlCodec } from "../xml/codec.ts";
import type { XmlElement } from "../xml/element.ts";
import { fieldsIn, optionalAttribute, others } from "../xml/field.ts";
import { text, token } from "../xml/scalars.ts";
import { struct } from "../xml/struct.ts";

/** Who may do what, as SAML says it; passed on as it is. */
export interface SessionSecurityAttribute {
  readonly type?: string;
  readonly name?: string;
  readonly statements: readonly XmlElement[];
}

/** `CommonHeaderType`: what comes with every message but some faults (GFD.212 §8.2). */
export interface NsiHeader {
  readonly protocolVersion: string;
  /** `urn:uuid:` and a lower-case UUID, new for each request; answers and callbacks repeat it. */
  readonly correlationId: string;
  readonly requesterNSA: string;
  readonly providerNSA: string;
  /** Where callbacks go. Absent in answers. */
  readonly replyTo?: string;
  readonly sessionSecurityAttr: readonly SessionSecurityAttribute[];
  /** Everything else: traces of the connection and of the path, what peers have agreed on. */
  readonly extensions: readonly XmlElement[];
}

const { required, optional, many } = fieldsIn("");

const sessionSecurityAttribute = struct<SessionSecurityAttribute>({
  type: optionalAttribute("type", text),
  name: optionalAttribute("name", text),
  statements: others,
});

export const nsiHeader: XmlCodec<NsiHeader> = struct<NsiHeader>({
  protocolVersion: required("protocolVersion", token),
  correlationId: required("correlationId", token),
  requesterNSA: required("requesterNSA", token),
  providerNSA: required("providerNSA", token),
  replyTo: optional("replyTo", token),
  sessionSecurityAttr: many("sessionSecurityAttr", sessionSecurityAttribute),
  extensions: others,
});
