import { DcnsAgent, MemoryDriver, OscarsDriver, systemClock, Topology, VlanSet } from "dcns";
import { MemoryHttp, SimNsiProvider } from "dcns/testing";
import { value } from "../support/value.ts";

const NSA = "urn:ogf:network:wan.example:2026:nsa";
const STP = "urn:ogf:network:wan.example:2026:topology";

/** Two campuses of one switch each, held in memory, and a simulated NSI provider between them. */
export async function startCampuses(delayMs: number): Promise<DcnsAgent> {
  const http = new MemoryHttp(systemClock);
  const sold = { capacity: 1_000_000, vlans: VlanSet.default };
  const ports = new Map(["a", "b"].map((id) => [`${STP}:${id}`, sold]));
  const provider = new SimNsiProvider({ nsa: NSA, ports, clock: systemClock, http, delayMs });
  http.serve("http://wan.example", provider.handler);
  const wan = new OscarsDriver({
    dialect: "nsi",
    provider: { nsa: NSA, url: "http://wan.example/" },
    requester: {
      nsa: "urn:ogf:network:us.example:2026:nsa",
      callbacks: { url: "http://us.example/" },
    },
    http,
  });
  http.serve("http://us.example", wan.callbacks);
  const drivers = { west: new MemoryDriver(), wan, east: new MemoryDriver() };
  return value(await DcnsAgent.start({ topology: campuses(), drivers }));
}

/** One host on each side. */
export const bothSides: readonly string[] = ["west:eth0", "east:eth0"];

function campuses(): Topology {
  const campus = (id: string, domain: string) => ({
    id,
    domain,
    ports: [{ id: "1", capacity: "1000Gbps" }, { id: "2" }],
  });
  const link = (id: string, a: string, b: string) => ({ id, a, b, capacity: "1000Gbps" });
  return value(
    Topology.parse({
      format: "dcns-topology/1",
      domains: [
        { id: "west", driver: "memory" },
        { id: "wan", driver: "oscars" },
        { id: "east", driver: "memory" },
      ],
      nodes: [
        campus("w1", "west"),
        campus("e1", "east"),
        {
          id: "wan1",
          domain: "wan",
          branching: false,
          ports: ["a", "b"].map((id) => ({ id, name: `${STP}:${id}` })),
        },
      ],
      links: [link("west-a", "w1:2", "wan1:a"), link("east-b", "e1:2", "wan1:b")],
      hosts: [
        { host: "west", nic: "eth0", port: "w1:1" },
        { host: "east", nic: "eth0", port: "e1:1" },
      ],
    }),
  );
}
