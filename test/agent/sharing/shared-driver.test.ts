import { expect, test } from "vitest";
import { Registry } from "../../../src/agent/registry.ts";
import { Sharing } from "../../../src/agent/sharing/sharing.ts";
import type { DriverEvent } from "../../../src/drivers/driver-event.ts";
import { domainId, networkNumber, nodeId } from "../../../src/model/ids.ts";
import { sameValue } from "../../../src/model/same-value.ts";
import { segmentIdOf } from "../../../src/network/forwarding.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { campus } from "../../support/campus.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { RemoteStore } from "../../support/remote-store.ts";
import { TellingDriver } from "../../support/telling-driver.ts";

const topology = campus();
const domain = domainId("campus");
const node = nodeId("s2");
const [one, two] = [1, 2].map((number) => segmentIdOf({ number: networkNumber(number) }, domain));
if (one === undefined || two === undefined) throw new Error("there are two");

/** Agents on one store that is some milliseconds away, whose drivers tell what they are told to; with what each says of `node`. */
async function start(names: readonly string[]) {
  const clock = fakeClock();
  const disk = new MemoryStore({ clock });
  const ignore = { changed: () => {}, quarantineOver: () => {}, turnsChanged: () => {} };
  const agents: {
    readonly name: string;
    readonly driver: TellingDriver;
    readonly store: RemoteStore;
    readonly sharing: Sharing;
    readonly told: DriverEvent[];
  }[] = [];
  for (const agentId of names) {
    const driver = new TellingDriver();
    const store = new RemoteStore(disk, { world: clock, own: clock, delayMs: () => 5 });
    const events = { ...ignore, take: async () => {} };
    const opened = Sharing.open(
      {
        ...{ store, clock, options: { agentId } },
        registry: new Registry(topology),
        drivers: new Map([[domain, driver]]),
      },
      events,
    );
    const sharing = (await clock.until(opened))._unsafeUnwrap();
    const shared = sharing.drivers.get(domain) ?? expect.fail("the domain has a driver");
    const told: DriverEvent[] = [];
    shared.subscribe((event) => {
      if ("node" in event && event.node === node) told.push(event);
    });
    const context = { domain: topology.domainView(domain), clock, segments: [] };
    (await clock.until(shared.attach(context)))._unsafeUnwrap();
    (await clock.until(sharing.join(events)))._unsafeUnwrap();
    agents.push({ name: agentId, driver, store, sharing, told });
  }
  await clock.advance(100);
  const close = async () => {
    for (const { sharing } of agents) await clock.until(sharing.leave());
  };
  return { clock, disk, agents, close };
}

const up = { type: "node-up", node } as const;
const down = { type: "node-down", node, reason: "it is cut off" } as const;
const confirmed = { type: "confirmed", node, segment: one } as const;

test("what is confirmed before its node is said to be up is confirmed, and is not said to be pending after that", async () => {
  const { clock, agents, close } = await start(["a"]);
  const [{ driver, told } = expect.fail("it is there")] = agents;
  driver.tell({ ...up, pending: [one, two] });
  driver.tell(confirmed);
  expect(told).toEqual([confirmed]);
  await clock.advance(100);
  expect(told).toEqual([confirmed, { ...up, pending: [two] }]);
  await close();
});

test("what is confirmed after its node was said to be up was said to be pending", async () => {
  const { clock, agents, close } = await start(["a"]);
  const [{ driver, told } = expect.fail("it is there")] = agents;
  driver.tell({ ...up, pending: [one] });
  await clock.advance(100);
  driver.tell(confirmed);
  expect(told).toEqual([{ ...up, pending: [one] }, confirmed]);
  await close();
});

test("what was pending is not said to be when the node comes up with another master", async () => {
  const { clock, disk, agents, close } = await start(["a", "b"]);
  const records = (await disk.load())._unsafeUnwrap();
  const record = records.find(({ key }) => key === `master/node/${node}`);
  expect(record?.value).toMatchObject({ up: false });
  const isMaster = ({ name }: { readonly name: string }): boolean =>
    sameValue(record?.value, { agent: name, up: false });
  const master = agents.find(isMaster) ?? expect.fail("one is");
  const other = agents.find((one) => one !== master) ?? expect.fail("one is not");
  master.driver.tell({ ...up, pending: [one] });
  await clock.advance(100);
  expect([master.told, other.told]).toEqual([[{ ...up, pending: [one] }], [up]]);
  master.driver.tell(down);
  await clock.advance(5_000);
  other.driver.tell(up);
  await clock.advance(100);
  for (const { told } of agents) expect(told.at(-1)).toEqual(up);
  await close();
});

test("a node that is away for so short that the store does not hear of it is said to be up anew", async () => {
  const { clock, disk, agents, close } = await start(["a"]);
  const [{ driver, store, told } = expect.fail("it is there")] = agents;
  driver.tell(up);
  await clock.advance(100);
  store.isCut = true;
  driver.tell(down);
  await clock.advance(500);
  driver.tell({ ...up, pending: [one] });
  store.isCut = false;
  await clock.advance(5_000);
  const keys = (await disk.load())._unsafeUnwrap().map(({ key }) => key);
  expect(keys).toContain(`master/node/${node}`);
  expect(told.at(-1)).toEqual({ ...up, pending: [one] });
  await close();
});
