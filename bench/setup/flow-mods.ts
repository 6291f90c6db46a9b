import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "dcns";
import {
  type FlowMod,
  flowMod,
  GROUP_ANY,
  PORT_ANY,
  SessionServer,
  type SwitchSession,
  socketListener,
  TABLE_ALL,
  VLAN_PRESENT,
} from "dcns/openflow";
import { OvsLab } from "../../test/lab/ovs-lab.ts";
import { median, timeMs } from "../support/statistics.ts";
import { value } from "../support/value.ts";

/** Flow-mods per second to one Open vSwitch. */
export interface FlowModRates {
  readonly session: number;
  readonly ovsOfctl: number;
  readonly ovsOfctlBundle: number;
}

/** How much is measured. */
export interface FlowModExtent {
  readonly flows: number;
  readonly rounds: number;
}

const BRIDGE = "s1";

const document = {
  nodes: [
    {
      id: BRIDGE,
      datapathId: "0000000000000001",
      ports: [
        { id: "1", ofPort: 1 },
        { id: "2", ofPort: 2 },
      ],
    },
  ],
  hosts: [
    { host: "h1", nic: "eth1", port: `${BRIDGE}:1` },
    { host: "h2", nic: "eth1", port: `${BRIDGE}:2` },
  ],
} as const;

/**
 * Adds the same flows to an empty table by a batch of ours, by `ovs-ofctl add-flows` and by the same
 * with `--bundle`, in turn. All three end with the switch's word that it has processed everything.
 * The time in which `ovs-ofctl` starts and adds one flow is not counted against it.
 */
export async function measureFlowMods({ flows, rounds }: FlowModExtent): Promise<FlowModRates> {
  const lab = await OvsLab.start(document);
  const server = new SessionServer(socketListener(lab.controller), systemClock);
  const folder = await mkdtemp(join(tmpdir(), "dcns-bench-"));
  try {
    const session = await firstSession(server, () => lab.connect());
    const mods = Array.from({ length: flows }, (_, index) => flowOf(index));
    const file = await writeFlows(folder, flows);
    const single = await writeFlows(folder, 1);
    const ofctl = (...words: string[]): Promise<number> => timeMs(() => lab.ofctl(words));
    const times = { session: [0], ovsOfctl: [0], ovsOfctlBundle: [0] };
    for (let round = 0; round < rounds; round += 1) {
      times.session[round] = await timeMs(async () => value(await session.batch(mods)));
      await checkAndEmpty(session, flows);
      const startMs = await ofctl("add-flows", BRIDGE, single);
      times.ovsOfctl[round] = (await ofctl("add-flows", BRIDGE, file)) - startMs;
      await checkAndEmpty(session, flows);
      const startBundleMs = await ofctl("--bundle", "add-flows", BRIDGE, single);
      times.ovsOfctlBundle[round] =
        (await ofctl("--bundle", "add-flows", BRIDGE, file)) - startBundleMs;
      await checkAndEmpty(session, flows);
    }
    const rate = (ms: readonly number[]): number => (flows / median(ms)) * 1000;
    return {
      session: rate(times.session),
      ovsOfctl: rate(times.ovsOfctl),
      ovsOfctlBundle: rate(times.ovsOfctlBundle),
    };
  } finally {
    await server.close();
    await lab.close();
    await rm(folder, { recursive: true });
  }
}

/** One flow for frames to one address in one VLAN. */
function flowOf(index: number): FlowMod {
  const { vlan, address } = fieldsOf(index);
  return flowMod({
    priority: 100,
    match: [
      { field: "in_port", value: 1 },
      { field: "eth_dst", value: address },
      { field: "vlan_vid", value: VLAN_PRESENT | vlan },
    ],
    instructions: [{ type: "apply-actions", actions: [{ type: "output", port: 2, maxLen: 0 }] }],
  });
}

/** The flow of {@link flowOf} as `ovs-ofctl` reads it. */
function lineOf(index: number): string {
  const { vlan, address } = fieldsOf(index);
  return `priority=100,in_port=1,dl_dst=${address},dl_vlan=${vlan},actions=output:2`;
}

function fieldsOf(index: number): { readonly vlan: number; readonly address: string } {
  const digits = index.toString(16).padStart(8, "0");
  return { vlan: 100 + (index % 1000), address: `02:00:${digits.replace(/..(?!$)/g, "$&:")}` };
}

async function writeFlows(folder: string, count: number): Promise<string> {
  const file = join(folder, `flows-${count}`);
  await writeFile(file, Array.from({ length: count }, (_, index) => `${lineOf(index)}\n`).join(""));
  return file;
}

function firstSession(server: SessionServer, connect: () => Promise<void>): Promise<SwitchSession> {
  return new Promise((resolve, reject) => {
    server.listen(resolve).match(() => connect().catch(reject), reject);
  });
}

const ALL_FLOWS = { table: TABLE_ALL, outPort: PORT_ANY, outGroup: GROUP_ANY } as const;

/** Open vSwitch frees what was deleted in the background: the next contender must not pay for it. */
const REST_MS = 300;

async function checkAndEmpty(session: SwitchSession, expected: number): Promise<void> {
  const filter = { ...ALL_FLOWS, cookie: 0n, cookieMask: 0n, match: [] };
  const [found] = value(await session.multipart({ type: "aggregate", ...filter }));
  if (found?.flowCount !== expected) throw new Error(`${found?.flowCount} flows, not ${expected}`);
  value(await session.batch([flowMod({ command: "delete", ...ALL_FLOWS })]));
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
}
