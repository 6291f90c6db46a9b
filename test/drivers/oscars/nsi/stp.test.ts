import { describe, expect, test } from "vitest";
import { formatStp, parseStp } from "../../../../src/drivers/oscars/nsi/stp.ts";

describe("a service termination point", () => {
  test("has a port and the VLANs that may be its label", () => {
    for (const text of [
      "urn:ogf:network:example.net:2013:topology:ps",
      "urn:ogf:network:example.net:2013:topology:ps?vlan=1782",
      "urn:ogf:network:es.net:2013::losa-cr6:2_1_c4_1:+?vlan=1780-1785,1790",
    ])
      expect(parseStp(text).map(formatStp)._unsafeUnwrap()).toBe(text);
    expect(
      parseStp("urn:ogf:network:x:p?vlan=5-7")
        .map(({ vlans }) => vlans?.size)
        ._unsafeUnwrap(),
    ).toBe(3);
  });

  test("is nothing else", () => {
    for (const text of [
      "",
      "x",
      "urn:ogf:network:x:p?mpls=3",
      "urn:ogf:network:x:p?vlan=0",
      "urn:ogf:network:x:p?vlan=7-5",
      "urn:ogf:network:x:p?vlan=5?vlan=6",
    ])
      expect(parseStp(text).isErr(), text).toBe(true);
  });
});
