import { describe, expect, test } from "vitest";
import { labelsIn, tagFor } from "../../../../src/drivers/oscars/idcp/labels.ts";
import type { PathInfo } from "../../../../src/drivers/oscars/idcp/path-info.ts";
import { portRef, vlanId } from "../../../../src/model/ids.ts";
import { VlanSet } from "../../../../src/model/vlan-set.ts";

const end = { port: portRef("wan:west"), tag: vlanId(500) };

function hop(suggestedVLANRange?: string) {
  return {
    id: "1",
    nextHop: [],
    link: {
      ...{ id: "urn:ogf:network:domain=d:node=n:port=p:link=*", trafficEngineeringMetric: "1" },
      ...{ linkProtectionTypes: [], administrativeGroups: [] },
      SwitchingCapabilityDescriptors: {
        ...{ switchingcapType: "l2sc", encodingType: "ethernet" },
        switchingCapabilitySpecificInfo:
          suggestedVLANRange === undefined ? {} : { suggestedVLANRange },
      },
    },
  };
}

describe("the labels of an IDCP reservation", () => {
  const layer2Info = { srcEndpoint: "a", destEndpoint: "z", srcVtag: { vlans: "any" } };
  const asked: PathInfo = { pathSetupMode: "signal-xml", layer2Info };

  test("are what the server suggests at the ends of the path, not what was asked for", () => {
    const path = { id: "p", hop: [hop("500"), hop("600"), hop("700")] };
    expect(labelsIn({ ...asked, path })).toEqual(["500", "700"]);
  });

  test("are what was asked for, or nothing, where it suggests none", () => {
    const path = { id: "p", hop: [hop(), hop("700")] };
    expect(labelsIn({ ...asked, path })).toEqual(["any", "700"]);
    expect(labelsIn(asked)).toEqual(["any", undefined]);
  });

  test("are asked for one by one, in ranges, or any", () => {
    expect(tagFor(end)).toEqual({ tagged: true, vlans: "500" });
    expect(tagFor(end, VlanSet.range(100, 199).with(205))).toEqual({
      ...{ tagged: true, vlans: "100-199,205" },
    });
    expect(tagFor(end, VlanSet.default)).toEqual({ tagged: true, vlans: "any" });
    expect(tagFor({ ...end, tag: "untagged" }, VlanSet.default)).toEqual({
      ...{ tagged: false, vlans: "0" },
    });
  });
});
