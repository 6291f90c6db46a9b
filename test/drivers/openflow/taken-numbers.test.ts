import { describe, expect, test } from "vitest";
import { networkOfCookie } from "../../../src/drivers/openflow/compile/cookie.ts";
import type { Segment } from "../../../src/model/segment.ts";
import { pairSegment, threeWaySegment } from "../../../src/testing/conformance-segments.ts";
import { SharedSwitch } from "../../support/shared-switch.ts";

/** The part of a segment that lies on `n1`. */
function onN1(whole: Segment): Segment {
  return { ...whole, nodes: whole.nodes.filter(({ node }) => node === "n1") };
}

describe("who takes a switch over, where a network needs more groups and meters than it has,", () => {
  test.each([
    { grown: 1, other: 2, first: "other" },
    { grown: 2, other: 1, first: "other" },
    { grown: 1, other: 2, first: "grown" },
    { grown: 2, other: 1, first: "grown" },
  ])("gives it none of another's: $grown beside $other, $first first", async (numbers) => {
    const shared = new SharedSwitch();
    const { at, clock, node } = shared;
    const [{ driver: before }, { driver: after }] = shared.sharers;
    const small = onN1(pairSegment("grown", numbers.grown));
    const grown = onN1(threeWaySegment("grown", numbers.grown));
    const other = onN1(pairSegment("other", numbers.other));
    await shared.start();
    await clock.until(before.setRole(node, { role: "master", generation: 1n }));
    await clock.advance(100);
    const asked = numbers.first === "other" ? [other, small] : [small, other];
    for (const segment of asked) {
      (await clock.until(before.provision(segment)))._unsafeUnwrap();
    }
    for (const segment of [grown, other]) {
      await clock.until(after.provision(segment, { allowPending: true }));
    }
    const flowsOfOther = (): number =>
      at.flows().filter(({ cookie }) => networkOfCookie(cookie) === other.network).length;
    const whole = flowsOfOther();
    const seen = new Set<number>();
    at.observe(() => seen.add(flowsOfOther()));
    await clock.until(after.setRole(node, { role: "master", generation: 2n }));
    await clock.advance(2_000);
    expect([...seen]).toEqual([whole]);
    for (const segment of [grown, other]) {
      const verified = await clock.until(after.verify(segment.id));
      expect(verified._unsafeUnwrap().discrepancies).toEqual([]);
    }
    await shared.close();
  });
});
