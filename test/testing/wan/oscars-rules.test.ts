import { expect, test } from "vitest";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { SimOscarsServer } from "../../../src/testing/index.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const fixture = (port: string) => ({ junction: "a", port, vlan: 100, strict: true, mbps: 100 });

/** A server with one device, and the seconds that its clock shows. */
function world(leadSeconds?: number) {
  const clock = fakeClock();
  const port = { capacity: 1_000, vlans: VlanSet.default };
  const ports = new Map(["a:1", "a:2"].map((urn) => [urn, port]));
  const lead = leadSeconds === undefined ? {} : { leadSeconds };
  const server = new SimOscarsServer({ clock, ports, adjacencies: [], ...lead });
  const now = Math.floor(clock.now() / 1000);
  const post = async (path: string, body: string) => {
    const request = { method: "POST", path, headers: new Map(), body };
    const { status, body: text = "" } = await server.handler(request);
    return { status, text };
  };
  const hold = (connectionId: string, begin = now, end = now + 3_600) =>
    post(
      "/protected/hold",
      JSON.stringify({
        ...{ connectionId, begin, end, connection_mtu: 1_500, mode: "MANUAL", description: "d" },
        ...{ junctions: [{ device: "a" }], fixtures: ["a:1", "a:2"].map(fixture), pipes: [] },
        ...{ tags: [], projectIds: [] },
      }),
    );
  return { clock, server, now, hold, post };
}

test.each([
  ["ABCD", 200],
  ["a_b-c4567890", 200],
  ["ABC", 500],
  ["a_b-c45678901", 500],
  ["1BCD", 500],
  ["AB.D", 500],
])(
  "an OSCARS 1 server takes the id that a client has chosen, if it is one: %s, %i",
  async (id, status) => {
    const { server, hold } = world();
    expect((await hold(id)).status).toBe(status);
    expect(server.ids).toEqual(status === 200 ? [id] : []);
  },
);

test.each([
  ["what lasts a quarter of an hour after its begin has moved", 0, 30 + 900, 200],
  ["nothing that lasts less", 0, 30 + 899, 500],
  ["what was to begin five minutes ago", -300, 3_600, 200],
  ["nothing that was to begin before that", -301, 3_600, 500],
] as const)("an OSCARS 1 server holds %s", async (_what, begin, end, status) => {
  const { now, hold } = world();
  expect((await hold("ABCD", now + begin, now + end)).status).toBe(status);
});

test.each([
  [undefined, 0, 30],
  [undefined, 29, 30],
  [undefined, 31, 31],
  [0, 0, 0],
])(
  "an OSCARS 1 server with %s s of lead begins in %i s what is asked for then: in %i s",
  async (lead, asked, begins) => {
    const { now, hold } = world(lead);
    expect((await hold("ABCD", now + asked)).text).toContain(`"begin":${now + begins},`);
  },
);

test.each([
  [30 + 300, 200],
  [30 + 301, 400],
])(
  "an OSCARS 1 server lets a hold be committed until five minutes after its begin: after %i s, %i",
  async (after, status) => {
    const { clock, hold, post } = world();
    await hold("ABCD");
    await clock.advance(after * 1_000);
    expect((await post("/protected/conn/commit", "ABCD")).status).toBe(status);
  },
);
