import { readFileSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../lab/exec.ts";

/**
 * An Open vSwitch of its own with one bridge whose ports are in memory: frames are put in by
 * command and come out in capture files. It runs the userspace datapath, needs no root, touches no network,
 * and its clock can be stopped.
 */
export class DummyOvs {
  readonly #folder: string;
  readonly #ports: readonly number[];
  readonly #killDaemons = (): void => {
    for (const daemon of DAEMONS) killByPidFile(join(this.#folder, `${daemon}.pid`));
  };
  /** How much of each port's capture has been read. */
  readonly #offsets = new Map<number, number>();
  #controlSocket: ControlSocket | undefined;

  private constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder;
    this.#ports = ports;
    process.once("exit", this.#killDaemons);
  }

  /** Starts it with these ports; its bridge dials a controller at this TCP port of this machine. */
  static async start(ports: readonly number[], controllerPort: number): Promise<DummyOvs> {
    const ovs = new DummyOvs(await mkdtemp(join(tmpdir(), "dcns-dummy-ovs-")), ports);
    try {
      await ovs.#start(controllerPort);
    } catch (cause) {
      await ovs.stop();
      throw cause;
    }
    return ovs;
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
    this.#controlSocket?.close();
    this.#killDaemons();
    process.off("exit", this.#killDaemons);
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #control(): ControlSocket {
    if (this.#controlSocket === undefined) throw new Error("Open vSwitch has not started");
    return this.#controlSocket;
  }

  async #start(controllerPort: number): Promise<void> {
    const at = (name: string): string => join(this.#folder, name);
    const db = `unix:${at("db.sock")}`;
    const env = ["OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR"].map((name) => `${name}=${this.#folder}`);
    const command = (...words: string[]): Promise<string> => run(["env", ...env, ...words]);
    const vsctl = (...words: string[]): Promise<string> =>
      command("ovs-vsctl", `--db=${db}`, "--timeout=10", ...words);
    const daemon = (name: (typeof DAEMONS)[number], ...words: string[]): Promise<string> =>
      command(
        ...[name, `--pidfile=${at(`${name}.pid`)}`, "--detach", "--no-chdir"],
        ...["-vconsole:off", "-vsyslog:off", ...words],
      );
    await command("ovsdb-tool", "create", at("conf.db"), SCHEMA);
    await daemon("ovsdb-server", at("conf.db"), `--remote=p${db}`);
    await vsctl("--no-wait", "init");
    await daemon(
      ...([
        "ovs-vswitchd",
        "--enable-dummy",
        "--disable-system",
        "--disable-system-route",
      ] as const),
      ...[`--unixctl=${at("control.sock")}`, db],
    );
    await vsctl(
      ...["add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=dummy"],
      ...["fail-mode=secure", "protocols=OpenFlow13"],
      ...this.#ports.flatMap((port) => [
        ...["--", "add-port", "br0", `p${port}`, "--", "set", "interface", `p${port}`],
        ...["type=dummy", `ofport_request=${port}`, `options:tx_pcap=${at(`p${port}.pcap`)}`],
      ]),
    );
    await vsctl("set-controller", "br0", `tcp:127.0.0.1:${controllerPort}`);
    this.#controlSocket = await ControlSocket.connect(at("control.sock"));
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

const DAEMONS = ["ovs-vswitchd", "ovsdb-server"] as const;
const SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";

/** Stops a daemon that wrote its process id there; one that is not running is stopped already. */
function killByPidFile(path: string): void {
  try {
    process.kill(Number(readFileSync(path, "utf8")), "SIGTERM");
  } catch {
    // There is no such file, or no such process.
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

  close(): void {
    this.#socket.destroy();
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
