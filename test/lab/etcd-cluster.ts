import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EtcdPlaces } from "./etcd-places.ts";

/** Whether there is an etcd to start. */
export const isEtcdInstalled = spawnSync("etcd", ["--version"]).status === 0;

/** How members of a test cluster listen. */
export interface EtcdClusterOptions {
  readonly members?: number;
  readonly scheme?: "http" | "https";
  /** Whether members can be cut off from each other; it takes root. */
  readonly severable?: boolean;
  /** Further arguments of every member. */
  readonly args?: readonly string[];
}

interface Member {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
  readonly command: readonly string[];
  process: ChildProcess | undefined;
}

/** etcd on this machine: processes, ports and a folder of its own. */
export class EtcdCluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #members: readonly Member[];
  readonly #places: EtcdPlaces | undefined;

  private constructor(folder: string, members: readonly Member[], places?: EtcdPlaces) {
    this.#folder = folder;
    this.#members = members;
    this.#places = places;
  }

  static async start(options: EtcdClusterOptions = {}): Promise<EtcdCluster> {
    const { members: count = 1, scheme = "http", args = [], severable = false } = options;
    const folder = await mkdtemp(join(tmpdir(), "dcns-etcd-"));
    const ports = await freePorts(2 * count);
    const names = Array.from({ length: count }, (_, n) => `m${n}`);
    const places = severable ? await EtcdPlaces.open(count) : undefined;
    const at = names.map((_, n) => places?.all[n] ?? HERE);
    const peers = at.map((place, n) => `http://${place.peers}:${ports[2 * n + 1]}`);
    const cluster = names.map((name, n) => `${name}=${peers[n]}`).join(",");
    const members = names.map((name, n) => {
      const { enter, clients } = at[n] ?? HERE;
      const client = `${scheme}://${clients}:${ports[2 * n]}`;
      const peer = peers[n] ?? "";
      const own = [
        ["--name", name, "--data-dir", join(folder, name), "--initial-cluster", cluster],
        ["--listen-client-urls", client, "--advertise-client-urls", client],
        ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
        ["--heartbeat-interval", "50", "--election-timeout", "500", "--log-level", "error"],
      ];
      const command = [...enter, "etcd", ...own.flat(), ...args];
      return { name, client, peer, command, process: undefined };
    });
    const etcd = new EtcdCluster(folder, members, places);
    for (const member of members) etcd.#run(member);
    return etcd;
  }

  /** The members' addresses for clients. */
  get endpoints(): readonly string[] {
    return this.#members.map(({ client }) => client);
  }

  /** The index of the member that leads. */
  async leader(): Promise<number> {
    for (;;) {
      for (const [index, { client, process: running }] of this.#members.entries()) {
        if (running === undefined) continue;
        const status = await statusAt(client);
        const own = Reflect.get(Object(Reflect.get(Object(status), "header")), "member_id");
        if (own !== undefined && own === Reflect.get(Object(status), "leader")) return index;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Kills a member at once. */
  async kill(index: number): Promise<void> {
    const member = this.#members[index];
    if (member?.process === undefined) return;
    const exit = once(member.process, "exit");
    member.process.kill("SIGKILL");
    await exit;
    member.process = undefined;
  }

  /** Stops a member where it stands: it answers nobody, and its connections stay. */
  pause(index: number): void {
    this.#members[index]?.process?.kill("SIGSTOP");
  }

  resume(index: number): void {
    this.#members[index]?.process?.kill("SIGCONT");
  }

  /** Cuts a member off from the others; its clients reach it as before. */
  async cutOff(index: number): Promise<void> {
    await this.#places?.cutOff(index);
  }

  async join(index: number): Promise<void> {
    await this.#places?.join(index);
  }

  /** Whether a member answers its clients, and knows of no leader. */
  async isAlone(index: number): Promise<boolean> {
    const status = await statusAt(this.#members[index]?.client ?? "");
    return status !== undefined && Reflect.get(Object(status), "leader") === undefined;
  }

  /** Starts a killed member on its data. */
  restart(index: number): void {
    const member = this.#members[index];
    if (member !== undefined && member.process === undefined) this.#run(member);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((_, index) => this.kill(index)));
    this.#places?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #run(member: Member): void {
    const [program = "", ...args] = member.command;
    member.process = spawn(program, args, {
      stdio: "ignore",
      env: { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch },
    });
  }
}

/** This machine's loopback address, for clients and members alike. */
const HERE = { enter: [], clients: "127.0.0.1", peers: "127.0.0.1" };

/** What the member at an address says of itself, if it does. */
async function statusAt(client: string): Promise<unknown> {
  const answer = await fetch(`${client}/v3/maintenance/status`, {
    method: "POST",
    body: "{}",
    signal: AbortSignal.timeout(1_000),
  }).catch(() => undefined);
  return answer?.json().catch(() => undefined);
}

/** Ports of the loopback address that nobody listens on. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
