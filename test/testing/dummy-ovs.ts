import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../lab/exec.ts";

/**
 * An Open vSwitch of its own with one bridge whose ports are in memory: frames are put in by command
 * and come out in capture files. It runs the userspace datapath, needs no root, touches no network,
 * and its clock can be stopped.
 */
export class DummyOvs {
  readonly #folder: string;
  readonly #ports: readonly number[];
  readonly #control: ControlSocket;
  /** How much of each port's capture has been read. */
  readonly #offsets = new Map<number, number>();

  private constructor(folder: string, ports: readonly number[], control: ControlSocket) {
    this.#folder = folder;
    this.#ports = ports;
    this.#control = control;
  }

  /** Starts it with these ports; its bridge dials a controller at this TCP port of this machine. */
  static async start(ports: readonly number[], controllerPort: number): Promise<DummyOvs> {
    const folder = await mkdtemp(join(tmpdir(), "dcns-dummy-ovs-"));
    const at = (name: string): string => join(folder, name);
    const db = `unix:${at("db.sock")}`;
    const env = ["env", `OVS_RUNDIR=${folder}`, `OVS_LOGDIR=${folder}`, `OVS_DBDIR=${folder}`];
    const start = (...command: string[]): Promise<string> => run([...env, ...command]);
    const daemon = ["--detach", "--no-chdir", "-vconsole:off", "-vsyslog:off"];
    const schema = "/usr/share/openvswitch/vswitch.ovsschema";
    await start("ovsdb-tool", "create", at("conf.db"), schema);
    await start(
      ...["ovsdb-server", at("conf.db"), `--remote=punix:${at("db.sock")}`],
      ...[`--pidfile=${at("ovsdb-server.pid")}`, ...daemon],
    );
    const vsctl = (...args: string[]): Promise<string> => start("ovs-vsctl", `--db=${db}`, ...args);
    await vsctl("--no-wait", "init");
    await start(
      ...["ovs-vswitchd", "--enable-dummy", "--disable-system", "--disable-system-route", db],
      ...[`--pidfile=${at("ovs-vswitchd.pid")}`, `--unixctl=${at("control.sock")}`, ...daemon],
    );
    await vsctl(
      ...["add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=dummy"],
      ...["fail-mode=secure", "protocols=OpenFlow13"],
      ...ports.flatMap((port) => [
        ...["--", "add-port", "br0", `p${port}`, "--", "set", "interface", `p${port}`],
        ...["type=dummy", `ofport_request=${port}`, `options:tx_pcap=${at(`p${port}.pcap`)}`],
      ]),
    );
    await vsctl("set-controller", "br0", `tcp:127.0.0.1:${controllerPort}`);
    return new DummyOvs(folder, ports, await ControlSocket.connect(at("control.sock")));
  }

  /** Stops its clock: from now on time passes by {@link advance} only. */
  async stopClock(): Promise<void> {
    await this.#control.call("time/stop");
  }

  async advance(ms: number): Promise<void> {
    await this.#control.call("time/warp", `${ms}`);
  }

  /** Makes the datapath forget what it has cached, so that every change of the tables counts. */
  async flushCache(): Promise<void> {
    await this.#control.call("revalidator/purge");
  }

  async setPort(port: number, up: boolean): Promise<void> {
    await this.#control.call("netdev-dummy/set-admin-state", `p${port}`, up ? "up" : "down");
  }

  /** Puts a frame in by a port. It is forwarded before a barrier that is sent from now on. */
  async inject(port: number, frame: Uint8Array): Promise<void> {
    const digits = Buffer.from(frame).toString("hex");
    await this.#control.call("netdev-dummy/receive", `p${port}`, digits);
  }

  /** What has come out since the last call, as hexadecimal digits, port by port. */
  async collect(): Promise<ReadonlyMap<number, readonly string[]>> {
    const out = new Map<number, readonly string[]>();
    for (const port of this.#ports) out.set(port, await this.#readCapture(port));
    return out;
  }

  async stop(): Promise<void> {
    await this.#control.call("exit", "--cleanup").catch(() => undefined);
    const pid = Number(await readFile(join(this.#folder, "ovsdb-server.pid"), "utf8"));
    process.kill(pid, "SIGTERM");
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #readCapture(port: number): Promise<readonly string[]> {
    const file = await open(join(this.#folder, `p${port}.pcap`));
    try {
      const start = this.#offsets.get(port) ?? PCAP_HEADER_BYTES;
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - start));
      await file.read(bytes, 0, bytes.length, start);
      this.#offsets.set(port, start + bytes.length);
      return recordsOf(bytes);
    } finally {
      await file.close();
    }
  }
}

const PCAP_HEADER_BYTES = 24;
const PCAP_RECORD_HEADER_BYTES = 16;

function recordsOf(bytes: Buffer): readonly string[] {
  const records: string[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const length = bytes.readUInt32LE(offset + 8);
    offset += PCAP_RECORD_HEADER_BYTES;
    records.push(bytes.toString("hex", offset, offset + length));
    offset += length;
  }
  return records;
}

/** The control socket of an Open vSwitch daemon: JSON-RPC 1.0, one request after the other. */
class ControlSocket {
  readonly #socket: Socket;
  #buffer = "";
  #answered: (answer: { result: unknown; error: unknown }) => void = () => {};
  #failed: (error: Error) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk.toString()));
    socket.on("close", () => this.#failed(new Error("Open vSwitch is gone")));
  }

  static connect(path: string): Promise<ControlSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new ControlSocket(socket)));
    });
  }

  call(method: string, ...params: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error("Open vSwitch is gone"));
        return;
      }
      this.#failed = reject;
      this.#answered = ({ result, error }) => {
        if (error === null) resolve(String(result));
        else reject(new Error(`${method}: ${String(error)}`));
      };
      this.#socket.write(JSON.stringify({ id: 0, method, params }));
    });
  }

  #receive(text: string): void {
    this.#buffer += text;
    try {
      const answer: { result: unknown; error: unknown } = JSON.parse(this.#buffer);
      this.#buffer = "";
      this.#answered(answer);
    } catch {
      // The answer is not complete yet.
    }
  }
}
