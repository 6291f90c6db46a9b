import fc from "fast-check";
import { expect, test } from "vitest";
import type { Demand, Resource } from "../../../src/drivers/openflow/compile/demand.ts";
import { IdPool } from "../../../src/drivers/openflow/compile/id-pool.ts";
import { SwitchRoom } from "../../../src/drivers/openflow/switch-room.ts";
import { OPENFLOW_1_3 } from "../../../src/drivers/openflow/wire/version.ts";
import { networkNumber } from "../../../src/model/ids.ts";
import { groupFeatures, meterFeatures } from "../../../src/testing/datapath/features.ts";
import { profileOf } from "../../support/switch-profiles.ts";

const [one, two] = [networkNumber(1), networkNumber(2)];

const takes = (...parts: readonly (readonly [Resource, number])[]): Demand => new Map(parts);

/** A switch with ten of everything, and fifty numbers of ours for each. */
function roomOfTen(orphans = { groups: 0, meters: 0 }): SwitchRoom {
  const maxGroups = { all: 10, select: 0, indirect: 0, fastFailover: 10 };
  return new SwitchRoom({
    groupIds: new IdPool({ first: 1, last: 50 }),
    meterIds: new IdPool({ first: 1, last: 50 }),
    orphans: () => orphans,
    profile: () => ({
      ...profileOf(OPENFLOW_1_3),
      groups: { ...groupFeatures, maxGroups },
      meters: { ...meterFeatures, maxMeter: 10 },
      tableSizes: new Map([[0, 10]]),
    }),
  });
}

const messages = (room: SwitchRoom, demand: Demand, network = two): string[] =>
  room.shortages(network, demand).map(({ message }) => message);

test.each([
  ["meters", "the switch has room for 3 more meters: 4 are needed"],
  ["all", "the switch has room for 3 more groups of type ALL: 4 are needed"],
  ["fast-failover", "the switch has room for 3 more groups of type FAST FAILOVER: 4 are needed"],
  [0, "the switch has room for 3 more flows in table 0: 4 are needed"],
] as const)("of %s there is what others and other networks have left", (resource, message) => {
  const room = roomOfTen();
  room.see(resource, 2);
  room.hold(one, takes([resource, 5]));
  expect(messages(room, takes([resource, 3]))).toEqual([]);
  expect(messages(room, takes([resource, 4]))).toEqual([message]);
  room.hold(one, takes());
  expect(messages(room, takes([resource, 8]))).toEqual([]);
});

test("there are as many numbers as are neither networks' nor nobody's", () => {
  const room = roomOfTen({ groups: 40, meters: 0 });
  room.hold(one, takes(["groups", 10]));
  expect(messages(room, takes(["groups", 1]))).toEqual([
    "the switch has no group numbers left for us",
  ]);
  room.hold(one, takes(["groups", 8]));
  expect(messages(room, takes(["groups", 3]))).toEqual([
    "the switch has 2 group numbers left for us: 3 are needed",
  ]);
});

test("of a table that does not say how much it takes there is enough", () => {
  expect(messages(roomOfTen(), takes([1, 1_000_000]))).toEqual([]);
});

test("what stands stays, also where there is too much", () => {
  const room = roomOfTen();
  room.hold(one, takes([0, 8]));
  room.see(0, 5);
  expect(messages(room, takes([0, 8]), one)).toEqual([]);
  expect(messages(room, takes([0, 9]), one)).toHaveLength(1);
});

test("what was promised is nobody else's until the promise is over", () => {
  const room = roomOfTen();
  const first = room.promise(one, takes([0, 8]));
  expect(messages(room, takes([0, 3]))).toHaveLength(1);
  room.want(one, takes([0, 8]));
  first[Symbol.dispose]();
  expect(messages(room, takes([0, 3]))).toHaveLength(1);
  const next = room.promise(one, takes([0, 9]));
  first[Symbol.dispose]();
  room.want(one, takes());
  expect(messages(room, takes([0, 2]))).toHaveLength(1);
  next[Symbol.dispose]();
  expect(messages(room, takes([0, 10]))).toEqual([]);
});

test("the sums that are kept are those of all networks", () => {
  const kinds = fc.constantFrom("hold", "want", "promise");
  const change = fc.tuple(fc.integer({ min: 1, max: 4 }), kinds, fc.nat(9));
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const room = roomOfTen();
      const parts = new Map<string, number>();
      for (const [number, kind, count] of changes) {
        const demand = takes([0, count]);
        parts.set(`${number} ${kind}`, count);
        if (kind === "hold") room.hold(networkNumber(number), demand);
        else if (kind === "want") room.want(networkNumber(number), demand);
        else room.promise(networkNumber(number), demand);
      }
      const counts = [1, 2, 3, 4].map((number) =>
        Math.max(...["hold", "want", "promise"].map((kind) => parts.get(`${number} ${kind}`) ?? 0)),
      );
      const left = 10 - counts.reduce((sum, count) => sum + count, 0);
      const newcomer = networkNumber(5);
      if (left > 0) expect(messages(room, takes([0, left]), newcomer)).toEqual([]);
      expect(messages(room, takes([0, Math.max(0, left) + 1]), newcomer)).toHaveLength(1);
    }),
  );
});

test("what somebody was refused for is regained when others have left enough for the least of it, once", () => {
  const room = roomOfTen();
  room.see(0, 8);
  room.lack(one, takes([0, 5], ["meters", 2]));
  room.lack(two, takes([0, 4]));
  room.see(0, 7);
  expect(room.regained()).toBe(false);
  room.see(0, 6);
  expect(room.regained()).toBe(true);
  expect(room.regained()).toBe(false);
});

test("what ours give back is not regained, nor what others take and leave again meanwhile", () => {
  const room = roomOfTen();
  const promise = room.promise(one, takes([0, 8]));
  room.lack(two, takes([0, 4]));
  promise[Symbol.dispose]();
  expect(room.regained()).toBe(false);
  room.see(0, 7);
  expect(room.regained()).toBe(false);
  room.see(0, 6);
  expect(room.regained()).toBe(true);
});

test("what the switch has said that it has no more of is tried again where there should be some", () => {
  const room = roomOfTen();
  room.exhaust(0);
  room.see(0, 10);
  expect(room.replenished()).toBe(false);
  room.see(0, 9);
  expect([room.replenished(), room.replenished()]).toEqual([true, false]);
  // Of this nothing is known.
  room.exhaust(1);
  expect([room.lacksTable, room.replenished(), room.lacksTable]).toEqual([true, true, false]);
});
