import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { XmlElement } from "../../../../src/drivers/oscars/xml/element.ts";
import { readXml } from "../../../../src/drivers/oscars/xml/read-xml.ts";
import { writeXml } from "../../../../src/drivers/oscars/xml/write-xml.ts";

const namespace = fc.constantFrom("", "urn:a", "urn:b", 'urn:c?x="1"&y=<2>');
const name = fc.constantFrom("a", "b", "c-d", "_e");
/** What XML 1.0 can carry; line ends are normalised only where they stand as they are. */
const text = fc.string({
  unit: fc.constantFrom("x", "<", "&", ">", '"', "'", " ", "\t", "\n", "\r", "é", "😀", "]]>"),
});
const attributes = fc.uniqueArray(fc.record({ namespace, name, value: text }), {
  maxLength: 3,
  selector: (each) => `{${each.namespace}}${each.name}`,
});

const leaf = fc
  .record({ namespace, name, attributes, text })
  .map((each): XmlElement => ({ ...each, children: [] }));

const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .tuple(leaf, fc.array(tie("element"), { minLength: 1, maxLength: 3 }))
      .map(([each, children]) => ({ ...each, children, text: "" })),
  ),
}));

describe("writing XML", () => {
  test("what is written is read as the same", () => {
    fc.assert(
      fc.property(element, (root) => {
        expect(readXml(writeXml(root, { "urn:a": "p" }))._unsafeUnwrap()).toEqual(root);
      }),
    );
  });

  test("another parser takes it too", () => {
    const [sample] = fc.sample(element, { numRuns: 1, seed: 7 });
    const document: XmlElement = {
      namespace: "urn:r",
      name: "r",
      attributes: [],
      children: [...fc.sample(element, { numRuns: 40, seed: 11 }), ...(sample ? [sample] : [])],
      text: "",
    };
    const python = spawnSync(
      "python3",
      [
        "-c",
        "import sys,xml.etree.ElementTree as e;print(len(e.fromstring(sys.stdin.buffer.read())))",
      ],
      { input: writeXml(document, {}), encoding: "utf8" },
    );
    expect(python.stdout.trim()).toBe(String(document.children.length));
  });

  test("elements without a namespace never get one from those around them", () => {
    const inner = { namespace: "", name: "inner", attributes: [], children: [], text: "x" };
    const outer = {
      namespace: "urn:a",
      name: "outer",
      attributes: [],
      children: [inner],
      text: "",
    };
    expect(writeXml(outer, { "urn:a": "p" })).toContain(
      '<p:outer xmlns:p="urn:a"><inner>x</inner></p:outer>',
    );
  });

  test("characters that XML cannot carry become U+FFFD", () => {
    const root = {
      namespace: "",
      name: "a",
      attributes: [],
      children: [],
      text: "a\u0000b\u001b\ud800",
    };
    expect(readXml(writeXml(root, {}))._unsafeUnwrap().text).toBe("a\ufffdb\ufffd\ufffd");
  });
});
