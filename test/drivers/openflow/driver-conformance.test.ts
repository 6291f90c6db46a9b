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

describe("the OpenFlow driver", () => {
  test.each(driverConformance)("$name", async ({ run }) => {
    const world = new SwitchWorld();
    await world.attach();
    await run(subjectOf(world));
    await world.close();
    expect(world.clock.countTimers()).toBe(0);
  });
});
