import { errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { expect, test } from "vitest";
import { pause } from "../../../src/drivers/driver-call.ts";
import type { DriverEvent } from "../../../src/drivers/driver-event.ts";
import { circuitKey } from "../../../src/drivers/oscars/circuit.ts";
import {
  type CircuitEvent,
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
} from "../../../src/drivers/oscars/circuit-service.ts";
import { CircuitDriver } from "../../../src/drivers/oscars/driver.ts";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { domainId, networkNumber, projectId, vlanId } from "../../../src/model/ids.ts";
import type { Segment } from "../../../src/model/segment.ts";
import { segmentIdOf } from "../../../src/network/forwarding.ts";
import { campusTopology } from "../../support/campuses.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const never = new AbortController().signal;
const domain = campusTopology({ campuses: ["west", "east"], wans: ["wan"] }).domainView(
  domainId("wan"),
);
const [node] = domain.nodes;
const project = projectId("p");
const number = networkNumber(1);
const id = segmentIdOf({ number }, domain.id);

/** A circuit between the two ports of the domain. */
const attachments = (node?.ports ?? []).map(({ ref }) => ({
  node: node?.id ?? expect.fail("the domain has a node"),
  port: ref,
  tag: vlanId(100),
}));
const rate = bandwidth(10_000_000);
const segment: Segment = {
  ...{ id, project, network: number, generation: 1, domain: domain.id },
  ends: attachments.map((at) => ({ at, role: "peer", rate })),
  nodes: attachments.slice(0, 1).map((ingress) => ({
    node: ingress.node,
    rules: attachments.map((from) => ({
      ingress: from,
      role: "peer",
      egress: attachments.filter((to) => to !== from),
    })),
  })),
};

/** A driver of a domain that makes circuits as soon as it is asked, and ends them so late, or refuses to. */
async function start() {
  const clock = fakeClock();
  const held = new Map<string, FoundCircuit>();
  const removing: { delayMs: number; fault?: CircuitFault } = { delayMs: 0 };
  const told = new Set<(event: CircuitEvent) => void>();
  const listing: { fault?: CircuitFault } = {};
  const list = () =>
    listing.fault === undefined
      ? okAsync<readonly FoundCircuit[], CircuitFault>([...held.values()])
      : errAsync<readonly FoundCircuit[], CircuitFault>(listing.fault);
  const remove = async (externalId: string): Promise<Result<void, CircuitFault>> => {
    if (removing.delayMs > 0) await pause(clock, removing.delayMs, never);
    if (removing.fault !== undefined) return errAsync(removing.fault);
    held.delete(externalId);
    return ok(undefined);
  };
  const unused = (): never => expect.fail("not to be asked");
  const circuits: CircuitService = {
    multipoint: false,
    list,
    agrees: () => true,
    hold: (circuit) => {
      const externalId = circuitKey(circuit);
      held.set(externalId, { externalId, circuit, state: "held" });
      return okAsync(externalId);
    },
    commit: () => okAsync(),
    bringUp: (found) => {
      held.set(found.externalId, { ...found, state: "active" });
      return okAsync();
    },
    holdChange: unused,
    dropChange: unused,
    change: unused,
    remove: (externalId) => new ResultAsync(remove(externalId)),
    subscribe: (listener) => {
      told.add(listener);
      return { [Symbol.dispose]: () => void told.delete(listener) };
    },
    close: async () => undefined,
  };
  const driver = new CircuitDriver(() => okAsync({ circuits, look: list }));
  const events: DriverEvent[] = [];
  driver.subscribe((event) => events.push(event));
  (await clock.until(driver.attach({ domain, clock, segments: [] })))._unsafeUnwrap();
  (await clock.until(driver.provision(segment, {})))._unsafeUnwrap();
  await clock.settle();
  events.splice(0);
  const confirmed = () =>
    events.flatMap((event) => (event.type === "confirmed" ? [[event.node, event.segment]] : []));
  /** The domain ends all by itself. */
  const end = () => {
    const [externalId = expect.fail("nothing is held")] = held.keys();
    held.clear();
    for (const listener of told) listener({ externalId, event: "ended" });
  };
  const all = [[node?.id, id]];
  return { clock, driver, removing, listing, end, events, confirmed, all };
}

test("what ends well after nobody waited for it any more is confirmed", async () => {
  const { clock, driver, removing, confirmed, all } = await start();
  removing.delayMs = 2_000;
  const released = await clock.until(driver.release(id, { timeoutMs: 1_000 }));
  expect(released._unsafeUnwrapErr()).toMatchObject({ type: "timeout" });
  expect(confirmed()).toEqual([]);
  await clock.advance(1_000);
  expect(confirmed()).toEqual(all);
  await driver.close();
});

test("what was refused is confirmed when a look shows that it is so", async () => {
  const { clock, driver, removing, end, confirmed, all } = await start();
  removing.fault = circuitFault("rejected", "not now");
  const released = await clock.until(driver.release(id, {}));
  expect(released._unsafeUnwrapErr()).toMatchObject({ type: "driver-failed", pending: [node?.id] });
  expect(confirmed()).toEqual([]);
  end();
  await clock.settle();
  expect(confirmed()).toEqual(all);
  await clock.advance(120_000);
  expect(confirmed()).toEqual(all);
  await driver.close();
});

test("what was refused is confirmed when it is asked for once more", async () => {
  const { clock, driver, removing, confirmed, all } = await start();
  removing.fault = circuitFault("rejected", "not now");
  expect((await clock.until(driver.release(id, {}))).isErr()).toBe(true);
  delete removing.fault;
  expect((await clock.until(driver.release(id, {}))).isOk()).toBe(true);
  expect(confirmed()).toEqual(all);
  await driver.close();
});

test("a domain that answers again is not said to be rid of what it did not let go", async () => {
  const { clock, driver, removing, events, confirmed, all, listing } = await start();
  removing.delayMs = 100_000;
  const released = await clock.until(driver.release(id, { timeoutMs: 1_000 }));
  expect(released._unsafeUnwrapErr()).toMatchObject({ type: "timeout" });
  listing.fault = circuitFault("unreachable", "nobody there");
  await clock.advance(31_000);
  delete listing.fault;
  await clock.advance(30_000);
  const nodes = events.filter(({ type }) => type.startsWith("node-"));
  expect(nodes).toMatchObject([{ type: "node-down" }, { type: "node-up", pending: [id] }]);
  expect(confirmed()).toEqual([]);
  await clock.advance(60_000);
  expect(confirmed()).toEqual(all);
  await driver.close();
});
