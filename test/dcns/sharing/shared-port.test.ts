import { describe, expect, test } from "vitest";
import type { DcnsAgent } from "../../../src/dcns.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { seededRandom } from "../../../src/testing/index.ts";
import { wordOf } from "../../support/agent-group.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { RemoteStore } from "../../support/remote-store.ts";
import { expectPortFull, neighbour, race } from "../../support/shared-port.ts";
import { value } from "../../support/testbed.ts";

describe("agents that take links of one port, each its own", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "never promise more than the port has (seed %i)",
    async (seed) => {
      const clock = fakeClock();
      const disk = new MemoryStore({ clock });
      const random = seededRandom(seed);
      const delayMs = (): number => 1 + Math.floor(random.next() * 4);
      const stores = [0, 1].map(() => new RemoteStore(disk, { world: clock, own: clock, delayMs }));
      const agents: DcnsAgent[] = [];
      for (const [n, store] of stores.entries()) {
        agents.push(value(await clock.until(neighbour(`agent${n}`, store, clock))));
      }
      await clock.advance(5_000);
      let intents = 0;
      for (const store of stores) {
        store.onCommit = ({ writes }) => {
          if (writes.some(({ key }) => key === "claim/port hub:far")) intents += 1;
        };
      }
      const outcomes = (await clock.until(race(agents))).map(wordOf);
      await clock.advance(50);
      const [ours = [], theirs] = agents.map((agent) => agent.listNetworks());
      expect(theirs).toEqual(ours);
      expectPortFull(ours);
      expect(outcomes.sort()).toEqual(["no-path", "no-path", "no-path", "ok", "ok", "ok"]);
      // Somebody had counted on what the other took, and was overtaken.
      expect(intents).toBeGreaterThan(3);
      for (const agent of agents) await clock.until(agent.close());
    },
  );
});
