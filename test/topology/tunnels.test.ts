import { describe, expect, test } from "vitest";
import { linkId } from "../../src/model/ids.ts";
import { Topology } from "../../src/topology.ts";
import { overlay, overlayDocument } from "../support/overlay.ts";

/** The faults of a document whose first tunnel is another. */
function faultsOf(
  change: (document: ReturnType<typeof overlayDocument>) => unknown,
): readonly string[] {
  const { faults } = Topology.parse(change(overlayDocument()))._unsafeUnwrapErr();
  return faults.map(({ path, message }) => `${path.join(".")} ${message}`);
}

/** The first tunnel, changed. */
function tunnel(changes: Readonly<Record<string, unknown>>): readonly string[] {
  return faultsOf((document) => ({
    ...document,
    links: document.links?.map((link) => (link.id === "gw-hv1" ? { ...link, ...changes } : link)),
  }));
}

describe("a tunnel in a topology", () => {
  test("has VNIs and no VLANs, and is written out as it was read", () => {
    const topology = overlay("5,7-9");
    const link = topology.links.get(linkId("gw-hv1"));
    expect(`${link?.vnis}/${link?.vlans}`).toBe("5,7-9/");
    expect(topology.links.get(linkId("hw-gw"))?.vnis).toBeUndefined();
    const written = topology.toDocument();
    expect(Topology.parse(written)._unsafeUnwrap().toDocument()).toEqual(written);
    expect(written.links[1]).toMatchObject({ labels: { space: "vni", range: "5,7-9" } });
    expect(written.links[1]).not.toHaveProperty("vlans");
  });

  test.each([
    [{ labels: { space: "vxlan", range: "1" } }, 'labels.space must be "vni"'],
    [{ labels: { space: "vni" } }, "labels.range is missing"],
    [{ labels: { space: "vni", range: "0-5" } }, "labels.range VNI 0 is not from 1 to 16777215"],
    [{ labels: { space: "vni", range: "1", vlans: "1" } }, "labels.vlans is not a known key"],
    [{ labels: "10000-19999" }, "labels must be an object"],
    [{ vlans: "100-199" }, "vlans has no meaning where labels are VNIs"],
  ])("with %j is faulty", (changes, fault) => {
    expect(tunnel(changes)).toEqual([`links.1.${fault}`]);
  });

  test("ends at nodes that translate, as long as it is enabled", () => {
    const fixed = (enabled: boolean) => (document: ReturnType<typeof overlayDocument>) => ({
      ...document,
      nodes: document.nodes.map((node) => ({ ...node, vlanTranslation: node.id !== "hv2" })),
      links: document.links?.map((link) => ({ ...link, enabled })),
    });
    const fault = "is on a node that does not translate, as the ends of VNIs must";
    expect(faultsOf(fixed(true))).toEqual([`links.2.b ${fault}`, `links.3.b ${fault}`]);
    expect(Topology.parse(fixed(false)(overlayDocument())).isOk()).toBe(true);
  });

  test("lies within one domain, of switches that are ours", () => {
    const moved =
      (driver: string, id: string) => (document: ReturnType<typeof overlayDocument>) => ({
        ...document,
        domains: [...document.domains, { id: "other", driver }],
        nodes: document.nodes.map((node) =>
          node.id === "hv2" || id === "all" ? { ...node, domain: "other" } : node,
        ),
      });
    expect(faultsOf(moved("openflow", "hv2"))).toEqual([
      "links.2.labels are VNIs, and the ends are in two domains, campus and other",
      "links.3.labels are VNIs, and the ends are in two domains, campus and other",
    ]);
    expect(faultsOf(moved("oscars", "all"))).toEqual(
      [1, 2, 3].map(
        (at) => `links.${at}.labels are VNIs, and domain other has no switches of ours`,
      ),
    );
  });
});
