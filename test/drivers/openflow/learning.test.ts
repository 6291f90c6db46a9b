import { describe, expect, test } from "vitest";
import {
  AddressBook,
  type Lesson,
  moveDampingDefaults,
} from "../../../src/drivers/openflow/learning/address-book.ts";
import { MAX_SHOWN_PER_SECOND } from "../../../src/drivers/openflow/learning/ingress-limit.ts";
import { customerTag } from "../../../src/model/frame.ts";
import { networkNumber } from "../../../src/model/ids.ts";
import { Testbed, type TestbedOptions, value } from "../../support/testbed.ts";

const MEMBERS = ["s1a:eth1", "s1b:eth1", "s2a:eth1", "s3b:eth1"] as const;
const BROADCAST = "ff:ff:ff:ff:ff:ff";
const MOVING = "02:00:00:00:00:77";
const VLAN = 101;
const taught = { learning: "agent", agingS: 60 } as const;

const addressOf = (i: number) => `02:00:00:00:01:${String(i + 10)}`;

const fullPorts = (bed: Testbed): readonly string[] =>
  bed.events.flatMap((event) => (event.type === "addresses-full" ? [event.port] : []));

function hostAt(bed: Testbed, hostPort: string) {
  const host = bed.fabric.hosts.get(hostPort);
  if (host === undefined) throw new Error(hostPort);
  return host;
}

function send(bed: Testbed, from: string, to: string, source?: string): void {
  const destination = bed.fabric.hosts.get(to)?.mac ?? to;
  const sender = hostAt(bed, from);
  const tags = sender.tagging === "tagged" ? [customerTag(VLAN)] : [];
  sender.send({ destination, tags, ...(source && { source }) });
}

/** Who hears a frame, one name for each copy. */
async function heard(
  bed: Testbed,
  from: string,
  to: string,
  source?: string,
): Promise<readonly string[]> {
  for (const host of bed.fabric.hosts.values()) host.clear();
  send(bed, from, to, source);
  await bed.clock.advance(20);
  expect(bed.fabric.violations).toEqual([]);
  return [...bed.fabric.hosts.values()]
    .flatMap(({ hostPort, received }) => received.map(() => hostPort))
    .sort();
}

const others = (...not: readonly string[]): readonly string[] =>
  MEMBERS.filter((member) => !not.includes(member));

async function network(options: TestbedOptions = {}): Promise<Testbed> {
  const bed = await Testbed.start({ ...options, driver: { ...taught, ...options.driver } });
  const { delivery } = await bed.setUp("p", MEMBERS, "100Mbps", VLAN);
  expect(delivery).toBe("learn");
  return bed;
}

async function isConsistent(bed: Testbed): Promise<boolean> {
  return (await bed.run(bed.agent.verifyNetwork("p")))._unsafeUnwrap().consistent;
}

describe("learning by the agent", () => {
  test("goes everywhere first, then where an address was seen, until that is old", async () => {
    await using bed = await network();
    const [a, , b] = MEMBERS;
    expect(await heard(bed, a, b)).toEqual(others(a));
    expect(await heard(bed, b, a)).toEqual([a]);
    expect(await heard(bed, a, b)).toEqual([b]);
    expect(await isConsistent(bed)).toBe(true);
    await bed.clock.advance(40_000);
    expect(await heard(bed, b, a)).toEqual([a]);
    await bed.clock.advance(40_000);
    // The one has been silent for longer than it is remembered, the other has not.
    expect(await heard(bed, b, a)).toEqual(others(b));
    expect(await heard(bed, a, b)).toEqual([b]);
    await bed.tearDown("p");
    await bed.clock.advance(100_000);
    bed.expectNothingLeft();
  });

  test("is shown no more of an address that it knows", async () => {
    await using bed = await network();
    const [a, , b] = MEMBERS;
    await heard(bed, a, b);
    using packets = bed.countFromSwitches("packet-in");
    for (let i = 0; i < 20; i += 1) await heard(bed, a, b);
    expect(packets.count).toBe(0);
  });

  test("is taken neither for missing nor for excess, also by the next agent, which goes on", async () => {
    await using bed = await network();
    for (const from of MEMBERS) await heard(bed, from, BROADCAST);
    expect(await isConsistent(bed)).toBe(true);
    bed.crash();
    await bed.restart();
    expect(bed.events.filter(({ type }) => type === "drift")).toEqual([]);
    expect(await isConsistent(bed)).toBe(true);
    expect(await heard(bed, MEMBERS[0], MEMBERS[2])).toEqual([MEMBERS[2]]);
    expect(await heard(bed, "s2a:eth1", BROADCAST, MOVING)).toEqual(others("s2a:eth1"));
    expect(await heard(bed, MEMBERS[0], MOVING)).toEqual(["s2a:eth1"]);
    // A silent one is forgotten, and with it where it was.
    await bed.clock.advance(130_000);
    expect(await heard(bed, MEMBERS[0], MOVING)).toEqual(others(MEMBERS[0]));
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("ages without an agent, too", async () => {
    await using bed = await network();
    const [a, , b] = MEMBERS;
    await heard(bed, b, BROADCAST);
    expect(await heard(bed, a, b)).toEqual([b]);
    bed.crash();
    await bed.clock.advance(130_000);
    expect(await heard(bed, a, b)).toEqual(others(a));
  });

  test("follows an address that moves, at once", async () => {
    await using bed = await network();
    await heard(bed, "s1a:eth1", BROADCAST, MOVING);
    expect(await heard(bed, "s3b:eth1", MOVING)).toEqual(["s1a:eth1"]);
    await heard(bed, "s2a:eth1", BROADCAST, MOVING);
    expect(await heard(bed, "s3b:eth1", MOVING)).toEqual(["s2a:eth1"]);
    expect(await isConsistent(bed)).toBe(true);
  });

  test("does not follow one that moves again and again, until it is quiet", async () => {
    await using bed = await network();
    using mods = bed.countMessages("flow-mod");
    const places = ["s1a:eth1", "s2a:eth1"] as const;
    for (let i = 0; i < 40; i += 1) await heard(bed, places[i % 2] ?? "", BROADCAST, MOVING);
    expect(mods.count).toBeLessThan(150);
    expect(bed.events.filter(({ type }) => type === "address-held")).not.toEqual([]);
    expect(await heard(bed, "s3b:eth1", MOVING)).toEqual(others("s3b:eth1"));
    await bed.clock.advance(moveDampingDefaults.holdS * 1_000 + 1_000);
    await heard(bed, "s2a:eth1", BROADCAST, MOVING);
    expect(await heard(bed, "s3b:eth1", MOVING)).toEqual(["s2a:eth1"]);
  });

  test("forgets what is behind an endpoint that leaves, and leaves nothing there", async () => {
    await using bed = await network();
    for (const from of MEMBERS) await heard(bed, from, BROADCAST);
    await bed.modify("p", [], ["s2a:eth1"]);
    const gone = hostAt(bed, "s2a:eth1").mac;
    expect(await heard(bed, "s1a:eth1", gone)).not.toContain("s2a:eth1");
    expect(await isConsistent(bed)).toBe(true);
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test.each([
    { learns: true, driver: { learning: "switch" } },
    { learns: false, driver: taught },
  ] as const)("is undone everywhere for who leaves, and for nobody else: %o", async (options) => {
    await using bed = await network(options);
    for (const from of MEMBERS) await heard(bed, from, BROADCAST);
    await heard(bed, "s2a:eth1", BROADCAST, MOVING);
    const leaving = hostAt(bed, "s2a:eth1").mac;
    const knownAt = (address: string): readonly string[] =>
      [...bed.topology.nodes.keys()].filter((node) =>
        bed.fabric.flowsOf(node).some(({ match }) => match.some(({ value }) => value === address)),
      );
    const staying = [hostAt(bed, "s1a:eth1").mac, hostAt(bed, "s1b:eth1").mac];
    for (const address of [...staying, leaving, MOVING]) {
      expect(knownAt(address).length).toBeGreaterThan(1);
    }
    await bed.modify("p", [], ["s2a:eth1"]);
    await bed.clock.advance(100);
    expect([leaving, MOVING].flatMap(knownAt)).toEqual([]);
    // Where frames have a choice still.
    expect(staying.flatMap(knownAt)).toEqual(["s1", "s1"]);
    // Who comes up elsewhere with the same address is found before it has said a word.
    expect(await heard(bed, "s1a:eth1", MOVING)).toEqual(["s1b:eth1", "s3b:eth1"]);
    expect(await isConsistent(bed)).toBe(true);
    await bed.tearDown("p");
    bed.expectNothingLeft();
  });

  test("is undone while nobody waits for that: a switch that hangs then fails no call", async () => {
    const prepared = async () => {
      const bed = await network({ learns: true, driver: { learning: "switch" } });
      for (const from of MEMBERS) await heard(bed, from, BROADCAST);
      return bed;
    };
    const leave = (bed: Testbed) =>
      bed.run(
        bed.agent.modifyPhysicalNetwork("p", [], ["s2a:eth1"], undefined, undefined, {
          timeoutMs: 3_000,
        }),
      );
    let mods = 0;
    {
      await using bed = await prepared();
      bed.fabric.switchOf("s1").observe((event) => {
        if (event.type !== "message" || event.direction !== "to-switch") return;
        if (event.message.type === "flow-mod") mods += 1;
      });
      value(await leave(bed));
      await bed.clock.advance(100);
    }
    expect(mods).toBeGreaterThan(0);
    // The last that it is told is to forget.
    await using bed = await prepared();
    const fault = { on: "flow-mod", nth: mods, fault: { type: "hang" } } as const;
    bed.fabric.switchOf("s1").faults.add(fault);
    expect(value(await leave(bed)).generation).toBe(2);
  });

  test("knows no more addresses than it may, and floods to others, without being shown them all", async () => {
    await using bed = await Testbed.start({ driver: taught });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN, { maxAddresses: 3 });
    using packets = bed.countFromSwitches("packet-in");
    for (let i = 0; i < 30; i += 1) await heard(bed, "s1a:eth1", BROADCAST, addressOf(i));
    expect(packets.count).toBeLessThan(15);
    expect(await heard(bed, "s1b:eth1", addressOf(0))).toEqual(["s1a:eth1"]);
    expect(await heard(bed, "s1b:eth1", addressOf(29))).toEqual(others("s1b:eth1"));
    // The limit is each endpoint's own.
    await heard(bed, "s1b:eth1", BROADCAST);
    expect(await heard(bed, "s1a:eth1", "s1b:eth1")).toEqual(["s1b:eth1"]);
  });

  test("tells where there are more addresses than may be known, of each port once a minute", async () => {
    await using bed = await Testbed.start({ driver: taught });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN, { maxAddresses: 3 });
    for (let i = 0; i < 3; i += 1) await heard(bed, "s1a:eth1", BROADCAST, addressOf(i));
    expect(fullPorts(bed)).toEqual([]);
    // It is listened to again in between.
    for (let i = 3; i < 10; i += 1) {
      await heard(bed, "s1a:eth1", BROADCAST, addressOf(i));
      await bed.clock.advance(6_000);
    }
    const full = { type: "addresses-full", project: "p", node: "s1", port: "s1:1", limit: 3 };
    expect(bed.events).toContainEqual(full);
    // Behind a link there are the addresses of two endpoints.
    const link = { type: "addresses-full", project: "p", node: "s2", port: "s2:3", limit: 6 };
    expect(bed.events).toContainEqual(link);
    const told = fullPorts(bed);
    expect(new Set(told).size).toBe(told.length);
    await bed.clock.advance(60_000);
    for (let i = 0; i < 12; i += 1) await heard(bed, "s1a:eth1", BROADCAST, addressOf(i));
    expect(fullPorts(bed).slice(told.length)).toContain("s1:1");
  });

  test("knows no more addresses of a network than that may have, of which each endpoint has a part", async () => {
    await using bed = await Testbed.start({ driver: taught });
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN, { maxNetworkAddresses: 11 });
    for (let i = 0; i < 30; i += 1) await heard(bed, "s1a:eth1", BROADCAST, addressOf(i));
    // Two of eleven are an endpoint's part.
    expect(await heard(bed, "s1b:eth1", addressOf(1))).toEqual(["s1a:eth1"]);
    expect(await heard(bed, "s1b:eth1", addressOf(29))).toEqual(others("s1b:eth1"));
    await heard(bed, "s1b:eth1", BROADCAST);
    expect(await heard(bed, "s1a:eth1", "s1b:eth1")).toEqual(["s1b:eth1"]);
  });

  test("is not drowned by one ingress that shows ever new addresses", async () => {
    await using bed = await Testbed.start({ driver: taught });
    await bed.setUp("p", MEMBERS, "1Gbps", VLAN, { maxAddresses: 1_000 });
    using packets = bed.countFromSwitches("packet-in");
    for (let i = 0; i < 600; i += 1) {
      const octets = [i >> 8, i & 0xff].map((byte) => byte.toString(16).padStart(2, "0"));
      send(bed, "s1a:eth1", BROADCAST, `02:00:00:02:${octets.join(":")}`);
      await bed.clock.advance(1);
    }
    // One switch after another is shown the same; each looks at so many.
    expect(packets.count).toBeLessThan(3 * (MAX_SHOWN_PER_SECOND + 50));
    expect(await heard(bed, "s2a:eth1", BROADCAST)).toEqual(others("s2a:eth1"));
    expect(await heard(bed, "s1b:eth1", "s2a:eth1")).toEqual(["s2a:eth1"]);
  });

  test("asks a slow switch once not to show what it has seen enough of, not for every frame", async () => {
    await using bed = await Testbed.start({ driver: taught });
    await bed.setUp("p", MEMBERS, "1Gbps", VLAN, { maxAddresses: 1 });
    await heard(bed, "s1a:eth1", BROADCAST);
    bed.fabric.setFaults({ delay: 1, maxDelayMs: 200 });
    using mods = bed.countMessages("flow-mod");
    for (let i = 0; i < 900; i += 1) {
      send(bed, "s1a:eth1", BROADCAST, MOVING);
      await bed.clock.advance(1);
    }
    expect(mods.count).toBeLessThanOrEqual(2 * bed.topology.nodes.size);
  });

  test("lets no frame of link protocols through, nor from group addresses", async () => {
    await using bed = await network();
    expect(await heard(bed, "s1a:eth1", "01:80:c2:00:00:00")).toEqual([]);
    expect(await heard(bed, "s1a:eth1", BROADCAST, "03:00:00:00:00:01")).toEqual([]);
  });

  test("is refused where it is to be the switch's alone", async () => {
    await using bed = await Testbed.start({ driver: { learning: "switch" } });
    const asked = bed.agent.setupPhysicalNetwork("q", MEMBERS, 1e6, 102, { delivery: "learn" });
    const refused = (await bed.run(asked))._unsafeUnwrapErr();
    expect(JSON.stringify(refused)).toMatch(/the switch cannot learn addresses/);
  });

  test("is what networks get whose switches cannot", async () => {
    await using bed = await Testbed.start({ driver: { learning: "either" } });
    expect(await bed.setUp("p", MEMBERS, "1Mbps", VLAN)).toMatchObject({ delivery: "learn" });
    const shown = bed.fabric.flowsOf("s1").some(({ table }) => table === 4);
    expect(shown).toBe(true);
  });
});

describe("learning by the switch", () => {
  test("is told with the audit where there are as many addresses as may be, once until there were less", async () => {
    const auditIntervalMs = 10_000;
    await using bed = await Testbed.start({
      learns: true,
      driver: { learning: "switch", agingS: 60, auditIntervalMs },
    });
    const audited = () => bed.clock.advance(auditIntervalMs + 1_000);
    await bed.setUp("p", MEMBERS, "100Mbps", VLAN, { maxAddresses: 3 });
    const speak = async (count: number) => {
      for (let i = 0; i < count; i += 1) await heard(bed, "s1a:eth1", BROADCAST, addressOf(i));
    };
    await speak(2);
    await audited();
    expect(fullPorts(bed)).toEqual([]);
    await speak(4);
    await audited();
    await audited();
    const full = { type: "addresses-full", project: "p", node: "s1", port: "s1:1", limit: 3 };
    expect(bed.events.filter(({ type }) => type === "addresses-full")).toEqual([full]);
    await bed.clock.advance(90_000);
    await speak(4);
    await audited();
    expect(fullPorts(bed)).toEqual(["s1:1", "s1:1"]);
  });
});

describe("AddressBook", () => {
  const n = networkNumber(7);
  const at = (port: number) => ({ port, vid: 5 });
  const see = (book: AddressBook, port: number, nowMs: number, address = MOVING): Lesson =>
    book.see({ network: n, at: at(port), address, maxAddresses: 2, nowMs });

  test("counts what is known at each place", () => {
    const book = new AddressBook(moveDampingDefaults);
    expect(see(book, 1, 0, "a")).toEqual({ type: "learn" });
    expect(see(book, 1, 0, "b")).toEqual({ type: "learn" });
    expect(see(book, 1, 0, "c")).toEqual({ type: "full" });
    expect(see(book, 2, 0, "c")).toEqual({ type: "learn" });
    expect(see(book, 1, 0, "c")).toEqual({ type: "full" });
    expect(book.placeOf(n, "c")).toEqual(at(2));
    expect(book.forget(n, at(2), "a")).toBe(false);
    expect(book.forget(n, at(1), "a")).toBe(true);
    expect(see(book, 1, 0, "c")).toEqual({ type: "learn", from: at(2) });
  });

  test("holds an address after so many moves within so long, not after as many over a longer time", () => {
    const slow = new AddressBook(moveDampingDefaults);
    for (let i = 0; i < 50; i += 1) {
      expect(see(slow, 1 + (i % 2), i * 60_000).type).toBe("learn");
    }
    const fast = new AddressBook(moveDampingDefaults);
    const lessons = Array.from({ length: 8 }, (_, i) => see(fast, 1 + (i % 2), i * 2_000).type);
    expect(lessons).toEqual([...new Array(6).fill("learn"), "hold", "hold"]);
    expect(fast.placeOf(n, MOVING)).toBeUndefined();
    expect(see(fast, 1, 100_000)).toEqual({ type: "learn" });
  });
});
