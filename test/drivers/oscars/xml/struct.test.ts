import { describe, expect, test } from "vitest";
import { decodeXml } from "../../../../src/drivers/oscars/xml/codec.ts";
import type { XmlElement } from "../../../../src/drivers/oscars/xml/element.ts";
import { attribute, fieldsIn, others } from "../../../../src/drivers/oscars/xml/field.ts";
import { readXml } from "../../../../src/drivers/oscars/xml/read-xml.ts";
import {
  boolean,
  dateTime,
  integer,
  token,
  word,
} from "../../../../src/drivers/oscars/xml/scalars.ts";
import { listOf, struct } from "../../../../src/drivers/oscars/xml/struct.ts";
import { writeXml } from "../../../../src/drivers/oscars/xml/write-xml.ts";

interface Sample {
  readonly id: number;
  readonly name: string;
  readonly flag?: boolean;
  readonly until?: number | null;
  readonly items?: readonly number[];
  readonly rest: readonly XmlElement[];
}

const { required, optional, nillable } = fieldsIn("urn:s");
const sample = struct<Sample>({
  id: attribute("id", integer),
  name: required("name", token),
  flag: optional("flag", boolean),
  until: nillable("until", dateTime),
  items: optional("items", listOf("urn:s", "item", integer)),
  rest: others,
});

const read = (text: string) => decodeXml(sample, readXml(text)._unsafeUnwrap());
const reason = (text: string): unknown => {
  const error = read(text)._unsafeUnwrapErr();
  return error.type === "unexpected-xml" ? [error.path.join("/"), error.message] : error;
};

describe("a structure of XML", () => {
  test("is read in any order and whatever the namespaces, and written in its own", () => {
    const value = read(
      '<s id=" 7 " xmlns:o="urn:other"><o:flag>1</o:flag><items><item>1</item><item>2</item></items><name> n </name></s>',
    )._unsafeUnwrap();
    expect(value).toEqual({ id: 7, name: "n", flag: true, items: [1, 2], rest: [] });
    expect(
      writeXml({ namespace: "urn:s", name: "s", ...sample.write(value) }, { "urn:s": "s" }),
    ).toContain(
      '<s:s xmlns:s="urn:s" id="7"><s:name>n</s:name><s:flag>true</s:flag><s:items><s:item>1</s:item><s:item>2</s:item></s:items></s:s>',
    );
  });

  test("tells nil from absent, and an empty list from none", () => {
    const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
    const value = read(
      `<s id="1" ${xsi}><name/><until xsi:nil="true"/><items/></s>`,
    )._unsafeUnwrap();
    expect(value).toEqual({ id: 1, name: "", until: null, items: [], rest: [] });
  });

  test("keeps what it does not know where it says so", () => {
    const value = read('<s id="1"><name>n</name><x a="1"><y/></x></s>')._unsafeUnwrap();
    expect(value.rest.map(({ name }) => name)).toEqual(["x"]);
  });

  test("says where it is not what was expected", () => {
    expect(reason('<s id="1"/>')).toEqual(["", "name is missing"]);
    expect(reason("<s><name/></s>")).toEqual(["", "attribute id is missing"]);
    expect(reason('<s id="1"><name/><name/></s>')).toEqual(["", "name stands more than once"]);
    expect(reason('<s id="1"><name><x/></name></s>')).toEqual([
      "name",
      "text expected, not elements",
    ]);
    expect(reason('<s id="1"><name/><items><item>no</item></items></s>')).toEqual([
      "items/item",
      'a whole number expected, not "no"',
    ]);
    expect(reason('<s id="99999999999999999999"><name/></s>')).toEqual([
      "",
      'a whole number expected, not "99999999999999999999"',
    ]);
  });
});

describe("the values of XML", () => {
  test("instants have a zone, and are cut to the millisecond", () => {
    expect(dateTime.parse("2030-01-01T14:00:00+02:00")).toBe(Date.UTC(2030, 0, 1, 12));
    expect(dateTime.parse("2030-01-01T12:00:00.123456Z")).toBe(Date.UTC(2030, 0, 1, 12, 0, 0, 123));
    expect(dateTime.format(Date.UTC(2030, 0, 1, 12, 0, 0, 120))).toBe("2030-01-01T12:00:00.120Z");
    expect(dateTime.format(Date.UTC(2030, 0, 1, 12))).toBe("2030-01-01T12:00:00Z");
    for (const text of ["2030-01-01T12:00:00", "2030-01-01", "2030-13-01T00:00:00Z", "now"])
      expect(() => dateTime.parse(text), text).toThrow("a date, time and zone expected");
  });

  test("words that nobody agreed on are read as unknown", () => {
    const state = word(["A", "B"], "Unknown");
    expect([" A ", "B", "C"].map((each) => state.parse(each))).toEqual(["A", "B", "Unknown"]);
  });
});
