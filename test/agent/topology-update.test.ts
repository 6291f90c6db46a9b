import { errAsync } from "neverthrow";
import { expect, test } from "vitest";
import { DcnsAgent } from "../../src/dcns.ts";
import { MemoryDriver } from "../../src/drivers/memory.ts";
import type { DomainView } from "../../src/model/domain-view.ts";
import { domainId } from "../../src/model/ids.ts";
import { campusTopology } from "../support/campuses.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { errorOf, value } from "../support/testbed.ts";

/** Notes which inventories it is told, and refuses one of them, by its place. */
class RefusingDriver extends MemoryDriver {
  readonly told: DomainView[] = [];
  readonly #refused: number | undefined;

  constructor(refused?: number) {
    super();
    this.#refused = refused;
  }

  override updateDomain(domain: DomainView): ReturnType<MemoryDriver["updateDomain"]> {
    this.told.push(domain);
    if (this.told.length !== this.#refused) return super.updateDomain(domain);
    const cause = { kind: "misconfigured", message: "no" } as const;
    return errAsync({ type: "driver-failed", domain: domain.id, causes: [cause] } as const);
  }
}

test("a topology that a domain refuses is taken back everywhere, also after one that fails at that", async () => {
  const clock = fakeClock();
  const campuses = ["west", "middle", "east"];
  const topologyOf = (name: string) =>
    campusTopology({ campuses, wans: ["wan"], nameOf: (_, site) => `${site} ${name}` });
  const [west, middle, east] = [
    new RefusingDriver(2),
    new RefusingDriver(),
    new RefusingDriver(1),
  ] as const;
  const drivers = { west, middle, east, wan: new MemoryDriver() };
  const before = topologyOf("before");
  const agent = value(await clock.until(DcnsAgent.start({ topology: before, drivers, clock })));
  const refused = await clock.until(agent.updateTopology(topologyOf("after")));
  expect(errorOf(refused, "driver-failed").domain).toBe("east");
  for (const [id, driver] of Object.entries({ west, middle, east })) {
    expect(driver.told, id).toHaveLength(2);
    expect(driver.told.at(-1), id).toEqual(before.domainView(domainId(id)));
  }
  await clock.until(agent.close());
});
