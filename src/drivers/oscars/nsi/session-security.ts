import { attributeOf, type XmlElement } from "../xml/element.ts";
import type { SessionSecurityAttribute } from "./header.ts";

/** In whose name a requester asks, for providers that want to know more than a certificate says. */
export interface SessionSecurity {
  /** What kind of thing it is: OpenNSA knows `user`, `group` and `token`. */
  readonly type?: string;
  readonly name?: string;
  /** Values by the names of attributes, as SAML has them. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

const SAML = "urn:oasis:names:tc:SAML:2.0:assertion";

/** The same as it stands in a header: a SAML attribute statement. */
export function securityAttribute({
  attributes,
  ...what
}: SessionSecurity): SessionSecurityAttribute {
  const statements = Object.entries(attributes).map(([name, values]): XmlElement => {
    const children = values.map(
      (text): XmlElement => ({ ...{ namespace: SAML, name: "AttributeValue", text }, ...NOTHING }),
    );
    const named = { namespace: "", name: "Name", value: name };
    return { namespace: SAML, name: "Attribute", attributes: [named], children, text: "" };
  });
  return { ...what, statements };
}

/** What such a header says; the values of an attribute that stands there twice are those of both. */
export function sessionSecurityOf({
  statements,
  ...what
}: SessionSecurityAttribute): SessionSecurity {
  const values = new Map<string, readonly string[]>();
  for (const attribute of statements) {
    if (attribute.name !== "Attribute") continue;
    const name = attributeOf(attribute, "Name") ?? "";
    const own = attribute.children.filter((child) => child.name === "AttributeValue");
    values.set(name, [...(values.get(name) ?? []), ...own.map(({ text }) => text)]);
  }
  return { ...what, attributes: Object.fromEntries(values) };
}

const NOTHING = { attributes: [], children: [] };
