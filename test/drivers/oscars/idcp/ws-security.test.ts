import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { idcp06, writeIdcp } from "../../../../src/drivers/oscars/idcp/envelope.ts";
import { signEnvelope, verifyEnvelope } from "../../../../src/drivers/oscars/idcp/ws-security.ts";
import type { XmlElement } from "../../../../src/drivers/oscars/xml/element.ts";
import { readXml } from "../../../../src/drivers/oscars/xml/read-xml.ts";

const { CI } = process.env;
const validity = { created: 1_893_492_000_000, expires: 1_893_492_300_000 };

describe("a signed message of IDCP", () => {
  let folder = "";
  let identity = { key: "", certificate: "" };
  let envelope: XmlElement | undefined;
  const sign = async (reference: "direct" | "thumbprint"): Promise<string> =>
    (
      await signEnvelope(envelope as XmlElement, { ...identity, reference }, validity)
    )._unsafeUnwrap();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dcns-signed-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const subject = ["-subj", "/CN=dcns test", "-days", "2"];
    spawnSync("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      certificate,
      ...subject,
    ]);
    identity = { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
    const body = { type: "cancelReservation", globalReservationId: "es.net-1" } as const;
    envelope = readXml(writeIdcp(idcp06, { header: [], body }))._unsafeUnwrap();
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(["direct", "thumbprint"] as const)(
    "is accepted with a %s reference, and by xmlsec1",
    async (reference) => {
      const text = await sign(reference);
      const parts = (await verifyEnvelope(text))._unsafeUnwrap();
      expect(parts.certificate.subject).toBe("CN=dcns test");
      expect(parts.validity).toEqual(validity);
      expect(parts.body.children.map(({ name }) => name)).toEqual(["cancelReservation"]);
      const file = join(folder, `${reference}.xml`);
      writeFileSync(file, text);
      const ids = ["--id-attr:Id", "Body", "--id-attr:Id", "Timestamp"];
      const key = ["--pubkey-cert-pem", join(folder, "certificate.pem")];
      const judge = spawnSync("xmlsec1", ["--verify", ...ids, ...key, file], { encoding: "utf8" });
      if (judge.error === undefined) expect(`${judge.stdout}${judge.stderr}`).toMatch(/^OK/m);
      else expect(CI).toBeUndefined();
    },
  );

  test("is refused when anything signed was changed, moved or taken away", async () => {
    const text = await sign("thumbprint");
    const [body] = /<soap:Body.*<\/soap:Body>/s.exec(text) ?? [""];
    const wrapped = text
      .replace(
        body,
        `<soap:Body><oscars:cancelReservation><oscars:globalReservationId>other</oscars:globalReservationId></oscars:cancelReservation></soap:Body>`,
      )
      .replace("</soap:Header>", `<soap:Wrapper>${body}</soap:Wrapper></soap:Header>`);
    const unsigned = text.replace(/<ds:Signature.*<\/ds:Signature>/s, "");
    for (const changed of [
      text.replace("es.net-1", "es.net-2"),
      text.replace("2030-", "2040-"),
      unsigned,
      text.replace(/<wsse:BinarySecurityToken.*<\/wsse:BinarySecurityToken>/s, ""),
    ])
      expect((await verifyEnvelope(changed)).isErr()).toBe(true);
    // What was signed is what is given, not what somebody put in its place.
    const parts = await verifyEnvelope(wrapped);
    expect(
      parts.map((each) => each.body.children[0]?.children[0]?.text).unwrapOr("refused"),
    ).not.toBe("other");
  });
});
