import { okAsync, ResultAsync } from "neverthrow";
import { expect, test } from "vitest";
import { OpenFlowDriver } from "../../src/drivers/openflow/driver.ts";
import type { ListenAddress, SwitchListener } from "../../src/drivers/openflow/transport.ts";
import type { CircuitService } from "../../src/drivers/oscars/circuit-service.ts";
import { CircuitDriver } from "../../src/drivers/oscars/driver.ts";
import { domainId } from "../../src/model/ids.ts";
import { campus } from "../support/campus.ts";
import { fakeClock } from "../support/fake-clock.ts";

/** Something that is opened when the test says so, and counts how often it is closed. */
function opening<T>(opened: T) {
  let open = (): void => undefined;
  const ready = new Promise<T>((resolve) => {
    open = () => resolve(opened);
  });
  return { ready: ResultAsync.fromSafePromise(ready), open: () => open() };
}

const domain = campus().domainView(domainId("campus"));

test("a circuit driver that is closed while it is attached leaves no service open", async () => {
  let closed = 0;
  const unused = (): never => expect.fail("nothing is asked of a service that nobody wants");
  const service: CircuitService = {
    multipoint: false,
    list: unused,
    hold: unused,
    bringUp: unused,
    agrees: unused,
    commit: unused,
    holdChange: unused,
    dropChange: unused,
    change: unused,
    remove: unused,
    subscribe: unused,
    close: async () => void closed++,
  };
  const { ready, open } = opening({ circuits: service, look: unused, follow: unused });
  const driver = new CircuitDriver(() => ready);
  const clock = fakeClock();
  const attached = driver.attach({ domain, clock, segments: [] });
  await driver.close();
  open();
  expect((await attached)._unsafeUnwrapErr()).toMatchObject({ type: "closed" });
  expect(closed).toBe(1);
});

test("an OpenFlow driver that is closed while it is attached does not listen", async () => {
  let closed = 0;
  const { ready, open } = opening<ListenAddress>({ host: "192.0.2.1", port: 6653 });
  const listen: SwitchListener = {
    listen: () => ready.andThen((address) => okAsync(address)),
    close: async () => void closed++,
  };
  const driver = new OpenFlowDriver({ listen, wiringIntervalMs: 60_000 });
  const clock = fakeClock();
  const attached = driver.attach({ domain, clock, segments: [] });
  await driver.close();
  const before = closed;
  open();
  expect((await attached)._unsafeUnwrapErr()).toMatchObject({ type: "closed" });
  expect(closed).toBe(before + 1);
  expect(driver.address).toBeUndefined();
});
