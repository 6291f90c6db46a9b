import { describe, expect, test } from "vitest";
import { connection } from "../../../../src/drivers/oscars/rest/connection.ts";
import { epochSeconds, readJson } from "../../../../src/drivers/oscars/rest/json.ts";
import {
  requestFrom,
  simpleConnection,
} from "../../../../src/drivers/oscars/rest/simple-connection.ts";

const schedule = { refId: "C-sched", beginning: 100.5, ending: 200, phase: "RESERVED" };
const reserved = {
  cmp: {
    junctions: [{ refId: "a", deviceUrn: "a", schedule }],
    fixtures: [
      {
        junction: "a",
        portUrn: "a:1",
        ingressBandwidth: 10,
        egressBandwidth: 20,
        strict: true,
        vlan: { vlanId: 7 },
        schedule: "C-sched",
      },
    ],
    pipes: null,
  },
  schedule: "C-sched",
};
const base = {
  connectionId: "C",
  phase: "RESERVED",
  mode: "AUTOMATIC",
  state: "WAITING",
  description: "d",
};

describe("what OSCARS says of a connection", () => {
  test("refers to what was written out before, in each phase by itself", () => {
    const archived = {
      ...reserved,
      schedule: { ...schedule, beginning: 1, ending: 2, phase: "ARCHIVED" },
      cmp: { junctions: [], fixtures: [], pipes: [] },
    };
    const read = readJson(
      connection,
      JSON.stringify({ ...base, reserved, archived }),
    )._unsafeUnwrap();
    expect(read.reserved?.schedule).toEqual({ beginning: 100.5, ending: 200, phase: "RESERVED" });
    expect(read.reserved?.fixtures).toEqual([
      { device: "a", port: "a:1", vlan: 7, ingress: 10, egress: 20, strict: true },
    ]);
    expect(read.archived?.schedule.beginning).toBe(1);
  });

  test("is refused where a reference leads nowhere", () => {
    const dangling = { ...reserved, cmp: { junctions: [], fixtures: [], pipes: [] } };
    const error = readJson(
      connection,
      JSON.stringify({ ...base, reserved: dangling }),
    )._unsafeUnwrapErr();
    expect([error.path, error.message]).toEqual([["reserved"], "no schedule is written out"]);
  });

  test("names instants as numbers or as text", () => {
    expect(readJson(epochSeconds, "1893490050.123")._unsafeUnwrap()).toBe(1_893_490_050.123);
    expect(readJson(epochSeconds, '"2030-01-01T10:00:00Z"')._unsafeUnwrap()).toBe(1_893_492_000);
    expect(readJson(epochSeconds, "null").isErr()).toBe(true);
    expect(readJson(epochSeconds, "{").isErr()).toBe(true);
  });

  test("goes back without its verdicts, which would make the server drop parts", () => {
    const validity = { valid: false, message: "taken" };
    const answer = {
      ...{ connectionId: "C", begin: 1, end: 2, description: "d", heldUntil: 9, validity },
      junctions: [{ device: "a", validity }],
      fixtures: [{ junction: "a", port: "a:1", vlan: 7, strict: true, mbps: 10, validity }],
      pipes: [{ a: "a", z: "b", protect: false, ero: ["a", "b"], exclude: null, validity }],
    };
    const read = readJson(simpleConnection, JSON.stringify(answer))._unsafeUnwrap();
    expect(JSON.parse(JSON.stringify(requestFrom(read)))).toEqual({
      ...{ connectionId: "C", begin: 1, end: 2, description: "d", tags: [], projectIds: [] },
      junctions: [{ device: "a" }],
      fixtures: [{ junction: "a", port: "a:1", vlan: 7, strict: true, mbps: 10 }],
      pipes: [{ a: "a", z: "b", protect: false, ero: ["a", "b"], exclude: [] }],
    });
  });
});
