import { ok } from "neverthrow";
import { afterEach, describe, expect, test } from "vitest";
import { flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import { nodeId } from "../../../src/model/ids.ts";
import { pairSegment, threeWaySegment } from "../../../src/testing/conformance-segments.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

/** The second has one end more, at `n1`; what `n2` does is the same. */
const pair = pairSegment("p", 1);
const grown = threeWaySegment("p", 1);

describe("A node of which a segment asks what it holds already", () => {
  let at: SwitchWorld;
  const start = async (): Promise<void> => {
    at = new SwitchWorld({});
    await at.attach();
    expect(await at.clock.until(at.driver.provision(pair))).toEqual(ok({ pending: [] }));
  };
  afterEach(async () => {
    await at.close();
  });
  const heardBy = (node: string): OfMessage["type"][] => {
    const types: OfMessage["type"][] = [];
    at.at(node).observe((event) => {
      const isIt = event.type === "message" && event.direction === "to-switch";
      if (isIt) types.push(event.message.type);
    });
    return types;
  };

  test("is asked nothing while others change", async () => {
    await start();
    const [changing, staying] = [heardBy("n1"), heardBy("n2")];
    expect(await at.clock.until(at.driver.provision(grown))).toEqual(ok({ pending: [] }));
    expect(changing).toContain("multipart-request");
    expect(staying).toEqual([]);
  });

  test("is read and repaired where the whole segment is asked for again", async () => {
    await start();
    const before = at.at("n2").flows();
    at.at("n2")
      .inject(flowMod({ command: "delete" }))
      ._unsafeUnwrap();
    expect(await at.clock.until(at.driver.provision(pair))).toEqual(ok({ pending: [] }));
    expect(at.at("n2").flows()).toHaveLength(before.length);
  });

  test("fails the change where it is out of reach", async () => {
    await start();
    await at.setReachable(nodeId("n2"), false);
    const changed = await at.clock.until(at.driver.provision(grown, { timeoutMs: 1_000 }));
    expect(changed.isErr()).toBe(true);
  });
});
