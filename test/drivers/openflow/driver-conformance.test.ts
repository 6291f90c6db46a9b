import { describe, expect, test } from "vitest";
import {
  type ConformanceSubject,
  driverConformance,
} from "../../../src/testing/driver-conformance.ts";
import { SwitchWorld } from "../../support/switch-world.ts";

function subjectOf(world: SwitchWorld): ConformanceSubject {
  return {
    driver: world.driver,
    until: (promise) => world.clock.until(promise),
    setReachable: (node, reachable) => world.setReachable(node, reachable),
    forget: async (node) => world.wipe(node),
    restart: async (segments) => {
      await world.attach(segments);
      return subjectOf(world);
    },
    timers: () => world.clock.countTimers(),
  };
}

describe.each([
  { switches: "switches without bundles", bundles: false },
  { switches: "switches with bundles", bundles: true },
])("the OpenFlow driver on $switches", ({ bundles }) => {
  test.each(driverConformance)("$name", async ({ run }) => {
    const world = new SwitchWorld({ bundles });
    await world.attach();
    await run(subjectOf(world));
    await world.close();
    expect(world.clock.countTimers()).toBe(0);
  });
});
