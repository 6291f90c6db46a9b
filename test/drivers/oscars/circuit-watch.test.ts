import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
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

/** A circuit between the two ports of the domain, in one VLAN. */
function segmentIn(vlan: number): Segment {
  const attachments = (node?.ports ?? []).map(({ ref }) => ({
    node: node?.id ?? expect.fail("the domain has a node"),
    port: ref,
    tag: vlanId(vlan),
  }));
  const rate = bandwidth(10_000_000);
  return {
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
}
const [segment, other, third] = [segmentIn(100), segmentIn(200), segmentIn(300)];

/** How a domain does, and what it had before. */
interface Its {
  /** What there is when a driver comes back; absent, one begins with a circuit of its own. */
  readonly left?: ReadonlyMap<string, FoundCircuit>;
  readonly removeMs?: number;
  readonly listMs?: number;
  /** Whether what is held is listed, or has to be asked for. */
  readonly listsHeld?: boolean;
}

/** A driver of a domain that makes circuits as soon as it is asked, and ends them so late, or refuses to. */
async function start({ left, removeMs = 0, listMs = 0, listsHeld = true }: Its = {}) {
  const held = new Map(left);
  const clock = fakeClock();
  const removing: { delayMs: number; fault?: CircuitFault } = { delayMs: removeMs };
  const told = new Set<(event: CircuitEvent) => void>();
  const listing: { delayMs: number; fault?: CircuitFault } = { delayMs: listMs };
  const looks: number[] = [];
  const look = async (
    signal: AbortSignal,
  ): Promise<Result<readonly FoundCircuit[], CircuitFault>> => {
    looks.push(clock.now());
    const found = [...held.values()].filter(({ state }) => listsHeld || state !== "held");
    if (listing.delayMs > 0) await pause(clock, listing.delayMs, signal);
    return listing.fault === undefined ? ok(found) : err(listing.fault);
  };
  const list = (signal: AbortSignal) => new ResultAsync(look(signal));
  const remove = async (externalId: string): Promise<Result<void, CircuitFault>> => {
    if (removing.delayMs > 0) await pause(clock, removing.delayMs, never);
    if (removing.fault !== undefined) return err(removing.fault);
    held.delete(externalId);
    return ok(undefined);
  };
  const heldFor = (): ResultAsync<readonly FoundCircuit[], CircuitFault> =>
    okAsync([...held.values()].filter(({ state }) => state === "held"));
  const committing: { fault?: CircuitFault } = {};
  const unused = (): never => expect.fail("not to be asked");
  const circuits: CircuitService = {
    multipoint: false,
    list,
    agrees: () => true,
    ...(listsHeld ? {} : { heldFor }),
    hold: (circuit) => {
      const externalId = circuitKey(circuit);
      held.set(externalId, { externalId, circuit, state: "held" });
      return okAsync(externalId);
    },
    commit: () => (committing.fault === undefined ? okAsync() : errAsync(committing.fault)),
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
  const driver = new CircuitDriver(() =>
    okAsync({ circuits, look: list, follow: () => ok(undefined) }),
  );
  const events: DriverEvent[] = [];
  driver.subscribe((event) => events.push(event));
  const recovered =
    left !== undefined ? { segments: [segment], unsettled: [id] } : { segments: [] };
  (await clock.until(driver.attach({ domain, clock, ...recovered })))._unsafeUnwrap();
  if (left === undefined) {
    (await clock.until(driver.provision(segment, {})))._unsafeUnwrap();
    await clock.settle();
    events.splice(0);
  }
  const ups = () => events.filter(({ type }) => type === "node-up");
  const confirmed = () =>
    events.flatMap((event) => (event.type === "confirmed" ? [[event.node, event.segment]] : []));
  /** The domain ends all by itself. */
  const end = () => {
    const [externalId = expect.fail("nothing is held")] = held.keys();
    held.clear();
    for (const listener of told) listener({ externalId, event: "ended" });
  };
  const tellChange = () => {
    for (const listener of told) listener({ event: "changed" });
  };
  const all = [[node?.id, id]];
  return {
    ...{ clock, driver, held, committing, removing, listing, looks },
    ...{ end, tellChange, events, ups, confirmed, all },
  };
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

test("an agent that comes back does not say that a domain is rid of what is to go there", async () => {
  const { clock, driver, held } = await start();
  const before = new Map(held);
  await driver.close();
  const another = await start();
  (await another.clock.until(another.driver.provision(other, {})))._unsafeUnwrap();
  await another.driver.close();
  const again = await start({ left: new Map([...before, ...another.held]), removeMs: 100_000 });
  await again.clock.advance(50_000);
  expect(again.held.size).toBe(2);
  expect(again.ups().filter((event) => !("pending" in event))).toEqual([]);
  await again.clock.advance(200_000);
  expect(again.held.size).toBe(1);
  expect(again.ups()).toHaveLength(1);
  await again.driver.close();
  expect(clock.countTimers()).toBe(0);
});

test("what is held and not listed is given back, though it was passed over at the first look", async () => {
  const { clock, driver, held } = await start();
  (await clock.until(driver.hold(other)))._unsafeUnwrap();
  const left = new Map([...held].filter(([, { state }]) => state === "held"));
  expect(left.size).toBe(1);
  await driver.close();
  const next = await start({ left, listsHeld: false, listMs: 2_000 });
  await next.clock.advance(100);
  const released = next.driver.release(id, { allowPending: true });
  await next.clock.advance(1_950);
  next.listing.fault = circuitFault("unreachable", "nobody there");
  expect((await next.clock.until(released))._unsafeUnwrap().pending).toEqual([node?.id]);
  delete next.listing.fault;
  await next.clock.advance(60_000);
  expect(next.held.size).toBe(0);
  await next.driver.close();
});

test("what is held and not listed is given back when what is wanted instead is there at last", async () => {
  const { clock, driver, held, committing } = await start({ listsHeld: false });
  const states = () => [...held.values()].map(({ state }) => state);
  (await clock.until(driver.hold(other)))._unsafeUnwrap();
  committing.fault = circuitFault("unavailable", "it is not held any more");
  expect((await clock.until(driver.provision(third, {}))).isErr()).toBe(true);
  await clock.advance(31_000);
  expect(states()).toEqual(["active", "held"]);
  delete committing.fault;
  await clock.advance(31_000);
  expect(states()).toEqual(["active"]);
  expect([...held.values()][0]?.circuit.ends.map(({ tag }) => tag)).toEqual([300, 300]);
  await driver.close();
});

test("a domain that answers again is not said to be rid of what it is being rid of", async () => {
  const { clock, driver, removing, listing, ups, confirmed, all } = await start();
  listing.fault = circuitFault("unreachable", "nobody there");
  await clock.advance(31_000);
  delete listing.fault;
  removing.delayMs = 100_000;
  void driver.release(id, { allowPending: true });
  await clock.advance(31_000);
  expect(ups()).toMatchObject([{ pending: [id] }]);
  await clock.advance(200_000);
  expect(confirmed()).toEqual(all);
  await driver.close();
});

test("a look that is older than a change confirms nothing", async () => {
  const { clock, driver, held, removing, listing, tellChange, confirmed } = await start();
  listing.delayMs = 2_000;
  tellChange();
  await clock.settle();
  void driver.provision(other, { allowPending: true });
  await clock.advance(100);
  removing.fault = circuitFault("rejected", "not now");
  void driver.provision(segment, { allowPending: true });
  await clock.advance(2_200);
  expect([held.size, confirmed()]).toEqual([2, []]);
  await driver.close();
});

test("one thing that is told is looked at at once, and what is told without end is not each time", async () => {
  const { clock, driver, looks, tellChange } = await start();
  await clock.advance(15_000);
  looks.splice(0);
  const began = clock.now();
  const since = () => looks.splice(0).map((at) => at - began);
  tellChange();
  await clock.settle();
  expect(since()).toEqual([0]);
  for (let told = 1; told <= 400; told += 1) {
    await clock.advance(100);
    tellChange();
  }
  expect(since()).toEqual([1_000, 3_000, 7_000, 15_000, 25_000, 35_000]);
  // What was told last is looked at, too; and who has been quiet for a while is heard at once again.
  await clock.advance(5_000);
  expect(since()).toEqual([45_000]);
  await clock.advance(25_000);
  looks.splice(0);
  tellChange();
  await clock.settle();
  expect(since()).toEqual([70_000]);
  await driver.close();
});

test.each([
  { when: "ends before a look does", lookMs: 2_000 },
  { when: "lasts longer than a look", lookMs: 200 },
])("what $when and is refused is looked at soon after", async ({ lookMs }) => {
  const { clock, driver, held, removing, listing, tellChange, confirmed, all } = await start();
  listing.delayMs = lookMs;
  tellChange();
  await clock.settle();
  removing.delayMs = 1_000;
  removing.fault = circuitFault("rejected", "not now");
  const released = await clock.until(driver.release(id, {}));
  expect(released._unsafeUnwrapErr()).toMatchObject({ type: "driver-failed", pending: [node?.id] });
  delete removing.fault;
  await clock.advance(5_000);
  expect(confirmed()).toEqual(all);
  expect(held.size).toBe(0);
  await driver.close();
});
