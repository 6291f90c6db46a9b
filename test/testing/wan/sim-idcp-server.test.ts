import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { idcp05, idcp06, readIdcp } from "../../../src/drivers/oscars/idcp/envelope.ts";
import { VlanSet } from "../../../src/model/vlan-set.ts";
import { SimIdcpServer } from "../../../src/testing/wan/sim-idcp-server.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const { DCNS_SHARED } = process.env;
const folder = resolve(DCNS_SHARED ?? "../shared", "data/wan/samples/idcp");

const urn = (domain: number, node: string, port: string): string =>
  `urn:ogf:network:domain=testdomain-${domain}:node=${node}:port=${port}:link=*`;
const sold = [
  urn(1, "node-1-1", "ge-1/1/0"),
  urn(1, "node-1-2", "ge-1/0/1"),
  urn(2, "node-2-1", "ge-1/1/1"),
];

const versions = { "0.6": "v06", "0.5": "v05" } as const;

function bodyOf(version: "0.6" | "0.5", text: string) {
  const read = version === "0.6" ? readIdcp(idcp06, text) : readIdcp(idcp05, text);
  return read._unsafeUnwrap().body;
}

describe.skipIf(!existsSync(folder)).each(["0.6", "0.5"] as const)(
  "a simulated IDCP server of version %s, by the samples of the shared data",
  (version) => {
    const samples = resolve(folder, versions[version]);
    const textOf = (name: string): string => readFileSync(resolve(samples, `${name}.xml`), "utf8");

    test("answers each request with the message that belongs to it", async () => {
      const clock = fakeClock();
      const wide = { capacity: 100_000, vlans: VlanSet.default };
      const ports = new Map(sold.map((each) => [each, wide]));
      const server = new SimIdcpServer({ domain: "testdomain-1", clock, version, ports });
      const post = async (body: string) => {
        const sent = { method: "POST", path: "/OSCARS", headers: new Map(), body };
        const { body: text = "" } = await server.handler(sent);
        return bodyOf(version, text);
      };
      const now = String(Math.floor(clock.now() / 1000));
      const ask = async (name: string) =>
        post(
          textOf(`${name}.request`)
            .replaceAll(/testdomain-1-\d+/g, "testdomain-1-1")
            .replaceAll("timer-automatic", "signal-xml")
            .replaceAll("1893492000", now),
        );
      const sampleOf = (name: string) => bodyOf(version, textOf(`${name}.response`)).type;
      expect((await ask("createReservation")).type).toBe(sampleOf("createReservation"));
      await clock.advance(10);
      for (const name of ["queryReservation", "listReservations", "modifyReservation"]) {
        expect((await ask(name)).type).toBe(sampleOf(name));
        await clock.advance(10);
      }
      expect((await ask("createPath")).type).toBe(sampleOf("createPath"));
      // What is just being set up cannot be cancelled; the older one says so to nobody.
      const early = await ask("cancelReservation");
      expect(early.type).toBe(version === "0.6" ? "fault" : "cancelReservationResponse");
      await clock.advance(10);
      expect(server.reservations.map(({ status }) => status)).toEqual(["ACTIVE"]);
      expect((await ask("refreshPath")).type).toBe(sampleOf("refreshPath"));
      expect((await ask("teardownPath")).type).toBe(sampleOf("teardownPath"));
      await clock.advance(10);
      expect((await ask("cancelReservation")).type).toBe(sampleOf("cancelReservation"));
      await clock.advance(10);
      expect(server.reservations).toEqual([]);
      expect((await ask("getNetworkTopology")).type).toBe("fault");
    });

    test("takes no messages of the other version", async () => {
      const clock = fakeClock();
      const server = new SimIdcpServer({ domain: "d", clock, version, ports: new Map() });
      const other = version === "0.6" ? "v05" : "v06";
      for (const name of ["createReservation", "queryReservation", "createPath"]) {
        const body = readFileSync(resolve(folder, other, `${name}.request.xml`), "utf8");
        const sent = { method: "POST", path: "/OSCARS", headers: new Map(), body };
        expect((await server.handler(sent)).status).toBe(400);
      }
    });
  },
);
