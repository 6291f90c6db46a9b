import { describe, expect, test } from "vitest";
import { Registry } from "../../../src/agent/registry.ts";
import { Charges } from "../../../src/agent/sharing/charges.ts";
import { Mastership } from "../../../src/agent/sharing/mastership.ts";
import { Membership } from "../../../src/agent/sharing/membership.ts";
import { StoreView } from "../../../src/agent/sharing/store-view.ts";
import { OpenFlowDriver } from "../../../src/drivers/openflow/driver.ts";
import { domainId, type NodeId, nodeId } from "../../../src/model/ids.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import type { StoreTransaction } from "../../../src/store/store.ts";
import { MemoryListener, SimulatedFabric } from "../../../src/testing/index.ts";
import { campus } from "../../support/campus.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { PausableClock } from "../../support/pausable-clock.ts";
import { WatchedStore } from "../../support/watched-store.ts";

const LEASE_MS = 3_000;
const topology = campus();
const nodes = [...topology.nodes.keys()];
const domain = domainId("campus");

/** Where an agent's way to the world fails. */
interface Failing {
  /** Fails a commit when it says so; asked with the agent's name. */
  readonly isRefused?: (agent: string, transaction: StoreTransaction) => boolean;
  /** Whether an agent never has a node in service. */
  readonly isCutOff?: (agent: string, node: NodeId) => boolean;
}

/** Agents that share the switches of a campus, as far as mastership goes. */
async function sharers(names: readonly string[], failing: Failing = {}) {
  const { isRefused = () => false, isCutOff = () => false } = failing;
  const clock = fakeClock();
  const store = new MemoryStore({ clock });
  const clocks = names.map(() => new PausableClock(clock));
  const listeners = clocks.map((own) => new MemoryListener({ clock: own }));
  const fabric = new SimulatedFabric({ topology, clock, dial: listeners.map(({ dial }) => dial) });
  fabric.connect();
  const start = async (index: number) => {
    const [own, listen, agent] = [clocks[index], listeners[index], names[index]];
    if (own === undefined || listen === undefined || agent === undefined) throw new Error("who?");
    const driver = new OpenFlowDriver({ listen });
    const seen = new WatchedStore(store);
    seen.onCommit = (transaction) => {
      if (isRefused(agent, transaction)) seen.fail(0);
    };
    const view = (await StoreView.follow(seen))._unsafeUnwrap();
    const told: string[] = [];
    const charges = new Charges({
      registry: new Registry(topology),
      drivers: new Map([[domain, driver]]),
      unsettled: () => new Set(),
      doubtful: () => new Set(),
    });
    const membership: Membership = new Membership({
      ...{ store, view, clock: own, agent, leaseMs: LEASE_MS },
      lost: () => mastership.dropAll(),
      joined: () => mastership.rejoin(),
    });
    const mastership = new Mastership({
      ...{ view, membership, clock: own, agent, charges },
      changed: (charge, up) => told.push(`${charges.nodesOf(charge).nodes} ${up ? "up" : "down"}`),
    });
    driver.subscribe((event) => {
      if (event.type === "node-up" && !isCutOff(agent, event.node)) {
        void mastership.note(event.node, true);
      }
      if (event.type === "node-down") void mastership.note(event.node, false);
      if (event.type === "role-lost") void mastership.lost(event.node);
    });
    const context = { domain: topology.domainView(domain), clock: own, segments: [] };
    (await driver.attach({ ...context, role: "slave" }))._unsafeUnwrap();
    (await membership.join())._unsafeUnwrap();
    mastership.serve(charges.all());
    const owned = () => nodes.filter((node) => mastership.isOwn(node));
    const close = async () => {
      await mastership.close();
      await membership.leave();
      view[Symbol.dispose]();
      await driver.close();
    };
    return { agent, clock: own, membership, mastership, driver, told, owned, close };
  };
  const agents: Awaited<ReturnType<typeof start>>[] = [];
  for (const index of names.keys()) agents.push(await start(index));
  /** Every switch is in service with exactly one agent that claims it. */
  const expectWhole = (living = agents): void => {
    expect(living.flatMap(({ owned }) => owned()).sort()).toEqual([...nodes].sort());
    for (const { mastership } of living) {
      expect(nodes.filter((node) => !mastership.isUp(node))).toEqual([]);
    }
  };
  return { clock, store, fabric, agents, start, expectWhole };
}

describe("agents that share switches", () => {
  test("leave at once, also while they are joining again", async () => {
    const clock = fakeClock();
    const disk = new MemoryStore({ clock });
    const store = new WatchedStore(disk);
    const view = (await StoreView.follow(store))._unsafeUnwrap();
    const own = new PausableClock(clock);
    const told: string[] = [];
    const membership = new Membership({
      ...{ store, view, clock: own, agent: "a", leaseMs: LEASE_MS },
      lost: () => told.push("lost"),
      joined: () => told.push("joined"),
    });
    (await membership.join())._unsafeUnwrap();
    own.pause();
    await clock.advance(2 * LEASE_MS);
    let left: Promise<void> | undefined;
    store.onCommit = () => {
      left ??= membership.leave();
    };
    own.resume();
    await clock.advance(100);
    await left;
    expect((await disk.load())._unsafeUnwrap()).toEqual([]);
    expect(told).toEqual(["lost"]);
    view[Symbol.dispose]();
    await disk.close();
    expect(clock.countTimers()).toBe(0);
  });

  test("are each the master of some, and all of them are in service", async () => {
    const world = await sharers(["a", "b", "c"]);
    await world.clock.advance(10_000);
    world.expectWhole();
    for (const { told, owned } of world.agents) {
      expect(owned().length).toBeGreaterThan(0);
      expect(new Set(told.map((one) => one.split(" ")[0])).size).toBe(nodes.length);
    }
    for (const { close } of world.agents) await close();
    world.fabric[Symbol.dispose]();
    await world.store.close();
    await world.clock.advance(20_000);
    expect(world.clock.countTimers()).toBe(0);
  });

  test("take over what a dead one had, within its lease and an audit", async () => {
    const world = await sharers(["a", "b", "c"]);
    await world.clock.advance(10_000);
    const dead = world.agents.find(({ owned }) => owned().length > 0);
    dead?.clock.pause();
    const living = world.agents.filter((one) => one !== dead);
    await world.clock.advance(LEASE_MS + 3_000);
    world.expectWhole(living);
  });

  test("keep their switches when one that was stopped for a while goes on, which joins again", async () => {
    const world = await sharers(["a", "b"]);
    await world.clock.advance(10_000);
    const [first, second] = world.agents;
    first?.clock.pause();
    await world.clock.advance(LEASE_MS + 3_000);
    world.expectWhole(world.agents.slice(1));
    expect(second?.owned().length).toBe(nodes.length);
    first?.clock.resume();
    expect(first?.membership.lease).toBeUndefined();
    await world.clock.advance(10_000);
    world.expectWhole();
    expect(first?.owned().length).toBeGreaterThan(0);
  });

  test("pass on a switch that does not dial the agent whose turn it is", async () => {
    const world = await sharers(["a", "b"]);
    await world.clock.advance(10_000);
    world.fabric.switchOf("s1").disconnect();
    await world.clock.advance(5_000);
    expect(world.agents.some(({ mastership }) => mastership.isUp(nodeId("s1")))).toBe(false);
    world.fabric.switchOf("s1").connect();
    await world.clock.advance(20_000);
    world.expectWhole();
  });

  test("pass on a switch that one of them never has in service", async () => {
    for (const cutOff of ["a", "b"]) {
      const world = await sharers(["a", "b"], { isCutOff: (agent) => agent === cutOff });
      await world.clock.advance(30_000);
      for (const { agent, owned } of world.agents) {
        expect(owned()).toEqual(agent === cutOff ? [] : nodes);
      }
      world.expectWhole();
    }
  });

  test("claim again what the store did not take", async () => {
    let isAway = true;
    const isRefused = (_agent: string, { writes }: StoreTransaction): boolean =>
      isAway && writes.some(({ key }) => key.startsWith("master/"));
    const world = await sharers(["a", "b"], { isRefused });
    await world.clock.advance(20_000);
    expect(world.agents.flatMap(({ owned }) => owned())).toEqual([]);
    isAway = false;
    await world.clock.advance(10_000);
    world.expectWhole();
  });
});
