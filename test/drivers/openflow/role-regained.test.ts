import { describe, expect, test } from "vitest";
import type { Segment } from "../../../src/model/segment.ts";
import { pairSegment } from "../../../src/testing/conformance-segments.ts";
import { SharedSwitch } from "../../support/shared-switch.ts";

/** The part of a segment that lies on `n1`. */
function onN1(whole: Segment): Segment {
  return { ...whole, nodes: whole.nodes.filter(({ node }) => node === "n1") };
}

const [pair, other] = [onN1(pairSegment("pair", 1)), onN1(pairSegment("pair", 2))];

/** Commands wait for their turn, so that a role may be lost and regained while they do. */
const slow = { maxCommandsPerSecond: 20 };

describe.each([true, false])("a switch that has bundles: %s,", (bundles) => {
  describe.each(["provision", "release"] as const)(
    "lost and regained at any moment of a %s",
    (change) => {
      test.each([0, 1, 20])(
        "after %d ms, keeps nothing that is not wanted any more",
        async (awayMs) => {
          let isOver = false;
          for (let moment = 1; !isOver; moment++) {
            const shared = new SharedSwitch({ bundles }, slow);
            const { at, clock, node } = shared;
            const [{ driver }] = shared.sharers;
            await shared.start();
            await clock.until(driver.setRole(node, { role: "master", generation: 1n }));
            await clock.advance(100);
            if (change === "release") await clock.until(driver.provision(pair));
            const options = { allowPending: true };
            const provision = () => void driver.provision(pair, options);
            const release = () => void driver.release(pair.id, options);
            const [begin, revert] =
              change === "provision" ? [provision, release] : [release, provision];
            let left = moment;
            at.observe(({ type }) => {
              if (type !== "message") return;
              left -= 1;
              if (left !== 0) return;
              revert();
              void driver.setRole(node, { role: "slave" }).then(() => {
                clock.setTimeout(() => {
                  void driver.setRole(node, { role: "master", generation: 2n });
                }, awayMs);
              });
            });
            begin();
            await clock.advance(2_000);
            isOver = left > 0;
            left = 0;
            await clock.until(driver.provision(other));
            await clock.until(driver.release(pair.id));
            await clock.until(driver.release(other.id));
            const held = { flows: at.flows(), groups: at.groups(), meters: at.meters() };
            expect({ moment, ...held }).toEqual({ moment, flows: [], groups: [], meters: [] });
            await shared.close();
          }
        },
      );
    },
  );
});
