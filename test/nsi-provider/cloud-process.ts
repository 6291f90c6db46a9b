import { createInterface } from "node:readline";
import { ok } from "neverthrow";
import { DcnsAgent, FileStore, MemoryDriver, OscarsDriver, Topology } from "../../src/index.ts";
import { NsiProvider } from "../../src/nsi-provider/index.ts";

/** What the process is told, as JSON in its argument: which of two clouds it is. */
export interface CloudTask {
  readonly cloud: "a" | "b";
  readonly ports: { readonly a: number; readonly b: number };
  readonly journal: string;
}

/** What it is asked, a word a line. */
export type CloudCall = "setup" | "change" | "teardown" | "list";

/** What it says, one JSON object a line. */
export type CloudReport =
  | { readonly says: "up" }
  | { readonly says: "done"; readonly call: CloudCall; readonly error?: string }
  | {
      readonly says: "networks";
      readonly networks: readonly { readonly state: string; readonly bandwidth: number }[];
    };

const host = "127.0.0.1";
const NSA = { a: "urn:ogf:network:a.example:2026:nsa", b: "urn:ogf:network:b.example:2026:nsa" };
const NETWORK = "urn:ogf:network:b.example:2026:topology";
const ends = ["vm:eth0", "server:eth0"];
const format = "dcns-topology/1";
const ports = [{ id: "1" }, { id: "2" }];

async function main({ cloud, ports: at, journal }: CloudTask): Promise<void> {
  const store = (await FileStore.open(journal))._unsafeUnwrap();
  const agent = cloud === "a" ? await startA(at, store) : await startB(at, store);
  tell({ says: "up" });
  for await (const line of createInterface({ input: process.stdin })) void carryOut(agent, line);
}

async function startA(at: CloudTask["ports"], store: FileStore): Promise<DcnsAgent> {
  const topology = Topology.parse({
    format,
    domains: [
      { id: "a", driver: "memory" },
      { id: "b", driver: "oscars" },
    ],
    nodes: [
      { id: "a1", domain: "a", ports },
      {
        ...{ id: "b1", domain: "b", branching: false },
        ports: ["uplink", "server"].map((id) => ({ id, name: `${NETWORK}:${id}` })),
      },
    ],
    links: [{ id: "cable", a: "a1:2", b: "b1:uplink", capacity: "1Gbps", vlans: "100-109" }],
    hosts: [
      { host: "vm", nic: "eth0", port: "a1:1" },
      { host: "server", nic: "eth0", port: "b1:server" },
    ],
  })._unsafeUnwrap();
  const b = new OscarsDriver({
    dialect: "nsi",
    provider: { nsa: NSA.b, url: `http://${host}:${at.b}/nsi` },
    requester: {
      nsa: NSA.a,
      callbacks: { url: `http://${host}:${at.a}/`, listen: { host, port: at.a } },
    },
    times: { pollMs: 200, auditMs: 500, answerMs: 2_000 },
  });
  const drivers = { a: new MemoryDriver(), b };
  return (await DcnsAgent.start({ topology, store, drivers }))._unsafeUnwrap();
}

async function startB(at: CloudTask["ports"], store: FileStore): Promise<DcnsAgent> {
  const topology = Topology.parse({
    format,
    domains: [{ id: "b", driver: "memory" }],
    nodes: [{ id: "b1", domain: "b", ports }],
    hosts: [
      { host: "a", nic: "uplink", port: "b1:2" },
      { host: "server", nic: "eth0", port: "b1:1" },
    ],
  })._unsafeUnwrap();
  const drivers = { b: new MemoryDriver() };
  const agent = (await DcnsAgent.start({ topology, store, drivers }))._unsafeUnwrap();
  const provider = await NsiProvider.start({
    ...{ agent, store, nsa: NSA.b, networkId: NETWORK, url: `http://${host}:${at.b}/nsi` },
    stps: { uplink: { hostPort: "a:uplink" }, server: { hostPort: "server:eth0" } },
    policy: { admits: ({ requesterNSA }) => requesterNSA === NSA.a, allows: () => ok(undefined) },
    holdSeconds: 5,
    listen: { host, port: at.b },
  });
  provider._unsafeUnwrap();
  return agent;
}

async function carryOut(agent: DcnsAgent, call: string): Promise<void> {
  switch (call) {
    case "setup":
      return done(call, await agent.setupPhysicalNetwork("p", ends, "100Mbps"));
    case "change":
      return done(call, await agent.modifyPhysicalNetwork("p", [], [], "300Mbps"));
    case "teardown":
      return done(call, await agent.teardownPhysicalNetwork("p"));
    default: {
      const networks = agent.listNetworks().map(({ state, bandwidth }) => ({ state, bandwidth }));
      tell({ says: "networks", networks });
    }
  }
}

function done(
  call: CloudCall,
  result: { isErr(): boolean; readonly error?: { readonly type: string } },
): void {
  tell({ says: "done", call, ...(result.error === undefined ? {} : { error: result.error.type }) });
}

function tell(report: CloudReport): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

await main(JSON.parse(process.argv[2] ?? "{}"));
