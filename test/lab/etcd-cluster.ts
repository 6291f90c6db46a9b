import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether there is an etcd to start. */
export const isEtcdInstalled = spawnSync("etcd", ["--version"]).status === 0;

/** How members of a test cluster listen. */
export interface EtcdClusterOptions {
  readonly members?: number;
  readonly scheme?: "http" | "https";
  /** Further arguments of every member. */
  readonly args?: readonly string[];
}

interface Member {
  readonly name: string;
  readonly client: string;
  readonly peer: string;
  readonly args: readonly string[];
  process: ChildProcess | undefined;
}

/** etcd on this machine: processes, ports and a folder of its own. */
export class EtcdCluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #members: readonly Member[];

  private constructor(folder: string, members: readonly Member[]) {
    this.#folder = folder;
    this.#members = members;
  }

  static async start(options: EtcdClusterOptions = {}): Promise<EtcdCluster> {
    const { members: count = 1, scheme = "http", args = [] } = options;
    const folder = await mkdtemp(join(tmpdir(), "dcns-etcd-"));
    const ports = await freePorts(2 * count);
    const names = Array.from({ length: count }, (_, n) => `m${n}`);
    const peers = names.map((_, n) => `http://127.0.0.1:${ports[2 * n + 1]}`);
    const cluster = names.map((name, n) => `${name}=${peers[n]}`).join(",");
    const members = names.map((name, n) => {
      const client = `${scheme}://127.0.0.1:${ports[2 * n]}`;
      const peer = peers[n] ?? "";
      const own = [
        ["--name", name, "--data-dir", join(folder, name), "--initial-cluster", cluster],
        ["--listen-client-urls", client, "--advertise-client-urls", client],
        ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
        ["--heartbeat-interval", "50", "--election-timeout", "500", "--log-level", "error"],
      ];
      return { name, client, peer, args: [...own.flat(), ...args], process: undefined };
    });
    const etcd = new EtcdCluster(folder, members);
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
        const answer = await fetch(`${client}/v3/maintenance/status`, {
          method: "POST",
          body: "{}",
          signal: AbortSignal.timeout(1_000),
        }).catch(() => undefined);
        const status: unknown = await answer?.json().catch(() => undefined);
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

  /** Starts a killed member on its data. */
  restart(index: number): void {
    const member = this.#members[index];
    if (member !== undefined && member.process === undefined) this.#run(member);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((_, index) => this.kill(index)));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #run(member: Member): void {
    member.process = spawn("etcd", member.args, {
      stdio: "ignore",
      env: { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch },
    });
  }
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
