import { createHash, X509Certificate } from "node:crypto";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { SOAP_1_2 } from "../soap/envelope.ts";
import { attributeOf, childNamed, type XmlAttribute, type XmlElement } from "../xml/element.ts";
import { readXml } from "../xml/read-xml.ts";
import { parseDateTime, writeDateTime } from "../xml/scalars.ts";
import { writeFragment, writeXml } from "../xml/write-xml.ts";
import { idcpPrefixes } from "./names.ts";

const PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-";
const WSSE = `${PROFILE}wssecurity-secext-1.0.xsd`;
const WSU = `${PROFILE}wssecurity-utility-1.0.xsd`;
const X509_TOKEN = `${PROFILE}x509-token-profile-1.0#X509v3`;
const BASE64 = `${PROFILE}soap-message-security-1.0#Base64Binary`;
const THUMBPRINT =
  "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1";
const EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
const RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1";
const PREFIXES = { ...idcpPrefixes, [WSSE]: "wsse", [WSU]: "wsu" };

const TOKEN_ID = "X509-1";

/** Who signs a message. PEM. */
export interface SigningIdentity {
  readonly key: string;
  readonly certificate: string;
  /** How the signature names the certificate: the policy of OSCARS says `thumbprint`, the default. */
  readonly reference?: "thumbprint" | "direct";
}

/** From when until when a message is good; milliseconds since the epoch. */
export interface MessageValidity {
  readonly created: number;
  readonly expires: number;
}

/** Why a message was not signed, or its signature is worth nothing. */
export interface SignatureFault {
  readonly type: "signature-fault";
  readonly message: string;
}

/** What a good signature proves. */
export interface SignedParts {
  /** Whose key it was; whether that is somebody to listen to is for the caller to say. */
  readonly certificate: X509Certificate;
  readonly validity: MessageValidity;
  /** The body as it was signed; whatever else came with it is not to be looked at. */
  readonly body: XmlElement;
}

/**
 * Writes an envelope with its body and a time stamp signed, as the policy of OSCARS 0.6 asks: X.509
 * token within, RSA-SHA1, SHA-1 digests, exclusive C14N (WS-Security 1.1, X.509 token profile).
 * Needs the package `xml-crypto`.
 */
export function signEnvelope(
  envelope: XmlElement,
  identity: SigningIdentity,
  validity: MessageValidity,
): ResultAsync<string, SignatureFault> {
  return signatures().andThen(({ SignedXml }) =>
    attempt(() => {
      const token = derOf(identity.certificate);
      const signer = new SignedXml({
        privateKey: identity.key,
        signatureAlgorithm: RSA_SHA1,
        canonicalizationAlgorithm: EXCLUSIVE_C14N,
        idMode: "wssecurity",
        getKeyInfoContent: () => writeFragment(tokenReference(identity, token), PREFIXES),
      });
      for (const part of ["Timestamp", "Body"])
        signer.addReference({
          xpath: `//*[local-name(.)='${part}']`,
          digestAlgorithm: SHA1,
          transforms: [EXCLUSIVE_C14N],
        });
      signer.computeSignature(writeXml(withSecurity(envelope, token, validity), PREFIXES), {
        prefix: "ds",
        location: { reference: "//*[local-name(.)='Security']", action: "append" },
      });
      return signer.getSignedXml();
    }),
  );
}

/**
 * Checks the signature of a message. What is not signed counts for nothing: the body that is given
 * is the signed one. Needs the packages `xml-crypto` and `@xmldom/xmldom`.
 */
export function verifyEnvelope(text: string): ResultAsync<SignedParts, SignatureFault> {
  return signatures().andThen((library) =>
    readXml(text)
      .mapErr(({ message }) => fault(message))
      .andThen((root) => tokenOf(root))
      .andThen((certificate) =>
        attempt(() => signedElements(library, text, certificate)).andThen((signed) =>
          partsOf(signed, certificate),
        ),
      ),
  );
}

type Library = typeof import("xml-crypto") & Pick<typeof import("@xmldom/xmldom"), "DOMParser">;

function signatures(): ResultAsync<Library, SignatureFault> {
  return ResultAsync.fromPromise(
    Promise.all([import("xml-crypto"), import("@xmldom/xmldom")]).then(([crypto, dom]) => ({
      ...crypto,
      DOMParser: dom.DOMParser,
    })),
    () => fault("signed messages need the packages xml-crypto and @xmldom/xmldom"),
  );
}

function signedElements(
  { SignedXml, DOMParser }: Library,
  text: string,
  certificate: X509Certificate,
): readonly string[] {
  const verifier = new SignedXml({ publicCert: certificate.toString(), idMode: "wssecurity" });
  verifier.getCertFromKeyInfo = () => null;
  const [signature, second] = verifier.findSignatures(new DOMParser().parseFromString(text));
  if (signature === undefined || second !== undefined) throw new Error("one signature expected");
  verifier.loadSignature(signature);
  if (!verifier.checkSignature(text)) throw new Error("a signed part was changed");
  return verifier.getSignedReferences();
}

function partsOf(
  signed: readonly string[],
  certificate: X509Certificate,
): Result<SignedParts, SignatureFault> {
  const parts = signed.flatMap((each) => readXml(each).unwrapOr(undefined) ?? []);
  const [body] = parts.filter((each) => each.name === "Body" && each.namespace === SOAP_1_2);
  const [stamp] = parts.filter((each) => each.name === "Timestamp" && each.namespace === WSU);
  if (body === undefined || stamp === undefined)
    return err(fault("body and time stamp must be signed"));
  const created = parseDateTime(childNamed(stamp, "Created")?.text ?? "");
  const expires = parseDateTime(childNamed(stamp, "Expires")?.text ?? "");
  if (created === undefined || expires === undefined)
    return err(fault("the time stamp says no time"));
  return ok({ certificate, validity: { created, expires }, body });
}

function tokenOf(root: XmlElement): Result<X509Certificate, SignatureFault> {
  const header = childNamed(root, "Header");
  const security = header === undefined ? undefined : childNamed(header, "Security");
  const token = security === undefined ? undefined : childNamed(security, "BinarySecurityToken");
  if (token === undefined || attributeOf(token, "ValueType") !== X509_TOKEN)
    return err(fault("no X.509 token"));
  return attempt(() => new X509Certificate(Buffer.from(token.text, "base64")));
}

function withSecurity(
  envelope: XmlElement,
  token: Buffer,
  { created, expires }: MessageValidity,
): XmlElement {
  const timestamp = element(
    WSU,
    "Timestamp",
    [idOf("TS-1")],
    [
      textElement(WSU, "Created", writeDateTime(created)),
      textElement(WSU, "Expires", writeDateTime(expires)),
    ],
  );
  const binaryToken: XmlElement = {
    ...textElement(WSSE, "BinarySecurityToken", token.toString("base64")),
    attributes: [plain("EncodingType", BASE64), plain("ValueType", X509_TOKEN), idOf(TOKEN_ID)],
  };
  const mustUnderstand = { namespace: SOAP_1_2, name: "mustUnderstand", value: "true" };
  const security = element(WSSE, "Security", [mustUnderstand], [binaryToken, timestamp]);
  return {
    ...envelope,
    children: envelope.children.map((child) =>
      child.name === "Header"
        ? { ...child, children: [...child.children, security] }
        : { ...child, attributes: [...child.attributes, idOf("id-body")] },
    ),
  };
}

function tokenReference({ reference }: SigningIdentity, token: Buffer): XmlElement {
  const thumbprint = createHash("sha1").update(token).digest("base64");
  const named: XmlElement =
    reference === "direct"
      ? element(
          WSSE,
          "Reference",
          [plain("URI", `#${TOKEN_ID}`), plain("ValueType", X509_TOKEN)],
          [],
        )
      : {
          ...textElement(WSSE, "KeyIdentifier", thumbprint),
          attributes: [plain("EncodingType", BASE64), plain("ValueType", THUMBPRINT)],
        };
  return element(WSSE, "SecurityTokenReference", [], [named]);
}

function derOf(certificate: string): Buffer {
  return new X509Certificate(certificate).raw;
}

function element(
  namespace: string,
  name: string,
  attributes: readonly XmlAttribute[],
  children: readonly XmlElement[],
): XmlElement {
  return { namespace, name, attributes, children, text: "" };
}

function textElement(namespace: string, name: string, text: string): XmlElement {
  return { namespace, name, attributes: [], children: [], text };
}

function plain(name: string, value: string): XmlAttribute {
  return { namespace: "", name, value };
}

function idOf(value: string): XmlAttribute {
  return { namespace: WSU, name: "Id", value };
}

function attempt<T>(run: () => T): Result<T, SignatureFault> {
  try {
    return ok(run());
  } catch (error) {
    return err(fault(error instanceof Error ? error.message : String(error)));
  }
}

function fault(message: string): SignatureFault {
  return { type: "signature-fault", message };
}
