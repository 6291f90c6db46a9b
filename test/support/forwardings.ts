import fc from "fast-check";
import type { PortNumbers } from "../../src/drivers/openflow/compile/exits.ts";
import { type Attachment, attachmentKey, type Tag } from "../../src/model/attachment.ts";
import { bandwidth } from "../../src/model/bandwidth.ts";
import { nodeId, portOf, vlanId } from "../../src/model/ids.ts";
import type { ForwardingRule } from "../../src/model/segment.ts";

const ports = [1, 2, 3, 4];
const tags: readonly Tag[] = ["untagged", vlanId(100), vlanId(101), vlanId(4094)];

/** The numbers of the ports that {@link rulesArbitrary} uses: port `s1:n` is n + 10. */
export const portNumbers: PortNumbers = new Map(
  ports.map((port) => [portOf("s1", String(port)), port + 10]),
);

/** Every place at which a generated network may cross a port of the node. */
export const attachments: readonly Attachment[] = ports.flatMap((port) =>
  tags.map((tag) => ({ node: nodeId("s1"), port: portOf("s1", String(port)), tag })),
);

/** Rules of one node: some attachments, each with the others, or some of them, as egress. */
export const rulesArbitrary: fc.Arbitrary<readonly ForwardingRule[]> = fc
  .tuple(fc.subarray([...attachments], { maxLength: 6 }), fc.boolean())
  .chain(([members, everyToAll]) =>
    fc.tuple(...members.map((ingress) => ruleArbitrary(ingress, members, everyToAll))),
  );

function ruleArbitrary(
  ingress: Attachment,
  members: readonly Attachment[],
  toAll: boolean,
): fc.Arbitrary<ForwardingRule> {
  const others = members.filter((member) => member !== ingress);
  return fc
    .record({
      egress: toAll ? fc.constant(others) : fc.subarray(others),
      policer: fc.option(fc.constantFrom("all", attachmentKey(ingress))),
      mbps: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ egress, policer, mbps }) => ({
      ingress,
      role: "edge",
      egress,
      ...(policer === null
        ? {}
        : { police: { key: policer, rate: bandwidth(policer === "all" ? 5e6 : mbps * 1e6 + 1) } }),
    }));
}
