import { describe, expect, test } from "vitest";
import { SharedSwitch } from "../../support/shared-switch.ts";

describe("a role that is lost while the switch is taken into service", () => {
  test.each([0, 1, 2, 5])(
    "%d ms after any message does not hide what its ports have become",
    async (awayMs) => {
      for (let moment = 1, isOver = false; !isOver; moment++) {
        const shared = new SharedSwitch();
        const { at, clock, node } = shared;
        const [{ driver, events }] = shared.sharers;
        await shared.start();
        let left = moment;
        at.observe(({ type }) => {
          if (type !== "message") return;
          left -= 1;
          if (left !== 0) return;
          at.setLink(1, false);
          clock.setTimeout(() => void driver.setRole(node, { role: "slave" }), awayMs);
        });
        void driver.setRole(node, { role: "master", generation: 1n });
        await clock.advance(1_000);
        isOver = left > 0;
        const told = events.filter(({ type }) => type === "port-state");
        const down = { type: "port-state", port: "n1:1", up: false };
        expect({ moment, told }).toEqual({ moment, told: isOver ? [] : [down] });
        await shared.close();
      }
    },
  );
});
