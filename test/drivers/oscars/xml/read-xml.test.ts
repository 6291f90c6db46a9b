import { describe, expect, test } from "vitest";
import { readXml } from "../../../../src/drivers/oscars/xml/read-xml.ts";

const fault = (text: string): string => {
  const error = readXml(text)._unsafeUnwrapErr();
  expect(error.type).toBe("malformed-xml");
  return error.type === "malformed-xml" ? error.message : "";
};

describe("reading XML", () => {
  test("resolves namespaces and forgets prefixes, comments and instructions", () => {
    const root = readXml(
      '<?xml version="1.0"?><!-- c --><p:a xmlns:p="urn:x" xmlns="urn:y" k="1" p:k="2"><?pi?><b>t<![CDATA[<]]>&amp;</b></p:a>',
    )._unsafeUnwrap();
    expect(root).toEqual({
      namespace: "urn:x",
      name: "a",
      attributes: [
        { namespace: "", name: "k", value: "1" },
        { namespace: "urn:x", name: "k", value: "2" },
      ],
      children: [{ namespace: "urn:y", name: "b", attributes: [], children: [], text: "t<&" }],
      text: "",
    });
  });

  test("refuses a document type, and with it every entity", () => {
    const laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>';
    expect(fault(laughs)).toContain("document type");
    expect(fault('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>')).toContain("document type");
    expect(fault("<a>&b;</a>")).toContain("entity");
  });

  test("refuses what is too long, too deep or too much", () => {
    const limits = { maxCharacters: 1_000, maxDepth: 4, maxElements: 20, maxAttributes: 3 };
    const depth = (n: number): string => "<a>".repeat(n) + "</a>".repeat(n);
    expect(readXml(depth(4), limits).isOk()).toBe(true);
    expect(readXml(depth(5), limits)._unsafeUnwrapErr().message).toContain("deep");
    expect(readXml("<a b='' c='' xmlns:d='u'/>", limits).isOk()).toBe(true);
    expect(readXml("<a b='' c='' d='' e=''/>", limits)._unsafeUnwrapErr().message).toContain(
      "attributes",
    );
    expect(readXml("<a xmlns:b='u' xmlns:c='u' d='' xmlns='u'/>", limits).isErr()).toBe(true);
    expect(readXml(`<r>${"<a/>".repeat(19)}</r>`, limits).isOk()).toBe(true);
    expect(readXml(`<r>${"<a/>".repeat(20)}</r>`, limits)._unsafeUnwrapErr().message).toContain(
      "too many",
    );
    expect(readXml(`<r>${" ".repeat(1_000)}</r>`, limits)._unsafeUnwrapErr().message).toContain(
      "too long",
    );
  });

  test("refuses what is not well-formed", () => {
    for (const text of ["", "  ", "text", "<a>", "<a></b>", "<a/><b/>", "<p:a/>", "<a b=1/>", "\0"])
      expect(readXml(text).isErr(), text).toBe(true);
  });
});
