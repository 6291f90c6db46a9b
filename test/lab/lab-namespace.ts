import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { run } from "./exec.ts";

/** A network namespace of this process, wired to the root namespace, with a folder beside it. */
export interface LabNamespace {
  readonly name: string;
  /** The run folder of the lab; its path is short, for Unix sockets. */
  readonly folder: string;
  /** Where something in the root namespace has to listen so that the lab can reach it. */
  readonly rootAddress: string;
  /** Where something in the lab has to listen so that the root namespace can reach it. */
  readonly labAddress: string;
  /** Kills what runs in the lab's namespaces, and removes them and the folder. Idempotent. */
  remove(): void;
}

/** `<prefix><pid>-<number>`, then `-<station>` for the further namespaces of a lab. */
const PREFIX = "dcns-";
const FOLDER = "/tmp";
const NAMESPACES = "/run/netns";

/**
 * Makes a namespace of its own for a lab.
 *
 * Labs of any number of processes exist side by side: names hold the pid, and the point-to-point
 * subnet (a /30 of 198.18.0.0/15, RFC 2544) belongs to who could create the interface named after
 * it. What a killed process left behind is removed first; a living one's is never touched.
 */
export async function openLabNamespace(): Promise<LabNamespace> {
  sweepDeadLabs();
  const name = freeName();
  const folder = `${FOLDER}/${name}`;
  let uplink: string | undefined;
  const remove = (): void => {
    process.off("exit", remove);
    if (uplink !== undefined) spawnSync("ip", ["link", "del", uplink]);
    removeLab(name);
  };
  process.on("exit", remove);
  endOnSignals();
  try {
    mkdirSync(folder, { recursive: true });
    await run(["ip", "netns", "add", name]);
    const subnet = await claimSubnet(name);
    uplink = subnet.uplink;
    const { rootAddress, labAddress } = subnet;
    return { name, folder, rootAddress, labAddress, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Labs go before the work of a busy machine: a switch or a host that waits for a processor loses
 * frames that the test would miss.
 */
export const LAB_NICENESS = -15;

/** What comes before a command that is to run in a namespace. */
export function enterNamespace(name: string): readonly string[] {
  return ["nice", "-n", String(LAB_NICENESS), "ip", "netns", "exec", name];
}

/** Removes the labs of processes that are no more. */
export function sweepDeadLabs(): void {
  const names = new Set([...listOf(NAMESPACES), ...listOf(FOLDER)].flatMap(labName));
  for (const name of names) {
    if (!isAlive(Number(name.split("-")[1]))) removeLab(name);
  }
}

/** The namespaces that belong to a lab: its own and its stations'. */
export function namespacesOf(name: string): readonly string[] {
  return listOf(NAMESPACES).filter((entry) => entry === name || entry.startsWith(`${name}-`));
}

function freeName(): string {
  for (let number = 1; ; number++) {
    const name = `${PREFIX}${process.pid}-${number}`;
    if (!existsSync(`${NAMESPACES}/${name}`) && !existsSync(`${FOLDER}/${name}`)) return name;
  }
}

const SUBNETS = 2 ** 15;

/** A point-to-point subnet: an interface in the root namespace, and the addresses of both ends. */
interface Uplink {
  readonly uplink: string;
  readonly rootAddress: string;
  readonly labAddress: string;
}

async function claimSubnet(name: string): Promise<Uplink> {
  const taken = new Set(listOf("/sys/class/net"));
  for (let subnet = 0; subnet < SUBNETS; subnet++) {
    const uplink = `dcns${subnet}`;
    if (taken.has(uplink) || !(await tryUplink(uplink, name))) continue;
    const base = `198.${18 + (subnet >> 14)}.${(subnet >> 6) & 255}`;
    const first = (subnet & 63) * 4;
    const rootAddress = `${base}.${first + 1}`;
    const labAddress = `${base}.${first + 2}`;
    await Promise.all([
      run(
        ["ip", "-batch", "-"],
        `addr add ${rootAddress}/30 dev ${uplink}\nlink set ${uplink} up\n`,
      ),
      run(
        ["ip", "-n", name, "-batch", "-"],
        `addr add ${labAddress}/30 dev controller\nlink set controller up\nlink set lo up\n`,
      ),
    ]);
    return { uplink, rootAddress, labAddress };
  }
  throw new Error("no subnet is free for another lab");
}

/** Creating the interface is the claim: the kernel lets one of several labs have the name. */
async function tryUplink(uplink: string, name: string): Promise<boolean> {
  const add = `ip link add ${uplink} type veth peer name controller netns ${name}`;
  try {
    await run(add.split(" "));
    return true;
  } catch (error) {
    if (existsSync(`/sys/class/net/${uplink}`)) return false;
    throw error;
  }
}

function removeLab(name: string): void {
  const namespaces = namespacesOf(name);
  for (const namespace of namespaces) {
    const pids = spawnSync("ip", ["netns", "pids", namespace]).stdout?.toString() ?? "";
    for (const pid of pids.split("\n").filter((line) => line !== "")) kill(Number(pid));
  }
  for (const namespace of namespaces) spawnSync("ip", ["netns", "del", namespace]);
  rmSync(`${FOLDER}/${name}`, { recursive: true, force: true, maxRetries: 5 });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

function labName(entry: string): string[] {
  const found = /^dcns-\d+-\d+/.exec(entry);
  return found === null ? [] : [found[0]];
}

function listOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

let signalsEnd = false;

/** Lets the `exit` handlers run when the process is told to end. */
function endOnSignals(): void {
  if (signalsEnd) return;
  signalsEnd = true;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => process.exit(1));
  }
}
