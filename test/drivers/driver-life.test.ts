import { ok } from "neverthrow";
import { expect, test } from "vitest";
import type { DriverEvent } from "../../src/drivers/driver-event.ts";
import { DriverLife } from "../../src/drivers/driver-life.ts";
import type { Clock } from "../../src/model/clock.ts";
import { domainId, nodeId } from "../../src/model/ids.ts";
import { fakeClock } from "../support/fake-clock.ts";

const domain = domainId("d");
const up: DriverEvent = { type: "node-up", node: nodeId("n") };

test("a driver is taken once, again if that came to nothing, and not when it is closed", () => {
  const life = new DriverLife<{ readonly clock: Clock }>();
  expect(life.take(domain).isOk()).toBe(true);
  expect(life.take(domain)._unsafeUnwrapErr()).toMatchObject({
    type: "driver-failed",
    causes: [{ kind: "misconfigured" }],
  });
  life.giveBack();
  expect(life.take(domain).isOk()).toBe(true);
  life.giveBack();
  life.close();
  expect(life.take(domain)._unsafeUnwrapErr()).toMatchObject({ type: "closed" });
});

test("calls work with what is served last, from when it is until the driver is closed", async () => {
  const life = new DriverLife<{ readonly clock: Clock; readonly name: string }>();
  const clock = fakeClock();
  const call = () => life.call("list", {}, async ({ name }) => ok(name));
  expect((await call())._unsafeUnwrapErr()).toMatchObject({ type: "closed" });
  life.serve({ clock, name: "a" });
  life.serve({ clock, name: "b" });
  expect((await call())._unsafeUnwrap()).toBe("b");
  const waiting = life.call("list", {}, (): Promise<never> => new Promise(() => {}));
  life.close();
  expect((await waiting)._unsafeUnwrapErr()).toMatchObject({ type: "closed" });
  expect((await call())._unsafeUnwrapErr()).toMatchObject({ type: "closed" });
});

test("a listener that subscribes twice hears twice, once when one is disposed, and nothing after the end", () => {
  const life = new DriverLife<{ readonly clock: Clock }>();
  const heard: DriverEvent[] = [];
  const listen = (event: DriverEvent) => void heard.push(event);
  const first = life.subscribe(listen);
  life.subscribe(listen);
  life.emit(up);
  expect(heard).toHaveLength(2);
  first[Symbol.dispose]();
  life.emit(up);
  expect(heard).toHaveLength(3);
  life.close();
  life.emit(up);
  expect(heard).toHaveLength(3);
});
