/**
 * Path computation alone: no agent, no switches. Plans networks on a ring with a short cut, books
 * them in a ledger, and asks why one more does not fit, and what would.
 */
import {
  allLinksUp,
  always,
  bandwidth,
  claimOf,
  describeError,
  explainRefusal,
  kCheapestPaths,
  Ledger,
  type PlanEndpoint,
  planNetwork,
  Topology,
  topologyResources,
  VlanSet,
} from "dcns/pce";

const NODES = ["a", "b", "c", "d"];
const topology = Topology.parse({
  format: "dcns-topology/1",
  domains: [{ id: "lab", driver: "memory" }],
  nodes: NODES.map((id) => ({
    id,
    domain: "lab",
    ports: ["host", "left", "right", "cut"].map((port, n) => ({ id: port, ofPort: n + 1 })),
  })),
  links: [
    ...NODES.map((id, n) => {
      const next = NODES[(n + 1) % NODES.length];
      return { id: `${id}${next}`, a: `${id}:right`, b: `${next}:left`, capacity: "10Gbps" };
    }),
    { id: "ac", a: "a:cut", b: "c:cut", capacity: "1Gbps" },
  ],
  hosts: NODES.map((id) => ({ host: `h${id}`, nic: "eth0", port: `${id}:host` })),
})._unsafeUnwrap();

function endpoint(hostPort: string, rate: number): PlanEndpoint {
  const touchPoint = topology.touchPoints.get(hostPort);
  if (touchPoint === undefined) throw new Error(`no touch point ${hostPort}`);
  return { touchPoint, tagging: "tagged", bandwidth: bandwidth(rate) };
}

function request(holder: string, rate: number) {
  return {
    holder,
    endpoints: [endpoint("ha:eth0", rate), endpoint("hc:eth0", rate)] as const,
    bandwidth: bandwidth(rate),
    sharing: "hose" as const,
    delivery: "flood" as const,
    vlans: VlanSet.parse("100-199")._unsafeUnwrap(),
    interval: always,
  };
}

let ledger = Ledger.over(topologyResources(topology));
const first = planNetwork(topology, ledger, allLinksUp, request("first", 800e6))._unsafeUnwrap();
ledger = ledger.reserve(claimOf(first, "first", always))._unsafeUnwrap();
console.log(`first goes by ${first.links.map(({ link }) => link).join(" ")}, VLAN ${first.vlan}`);

// The short cut is nearly full by now: going around it costs less, however many hops it takes.
const paths = kCheapestPaths(topology, ledger, allLinksUp, { ...request("second", 1e6), count: 3 });
for (const { links, cost } of paths._unsafeUnwrap()) {
  console.log(`second could go by ${links.map(({ link }) => link).join(" ")} at cost ${cost}`);
}

const third = explainRefusal(topology, ledger, allLinksUp, request("third", 20e9));
if (third.isErr()) console.log(`third: ${describeError(third.error)}`);
