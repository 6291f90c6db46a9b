import * as v from "valibot";
import { Background, CommandFailed, run } from "./exec.ts";
import { sleep } from "./frame-port.ts";
import { enterNamespace } from "./lab-namespace.ts";

/** A test host with an IP stack. */
export interface StationOptions {
  /** The `host:nic` of the topology at whose cable it sits. */
  readonly at: string;
  /** The tag that its frames carry on the cable. */
  readonly vlan: number | "untagged";
}

/** What became of a row of pings. */
export interface PingReport {
  readonly sent: number;
  readonly received: number;
  readonly duplicates: number;
}

/** What a stream of UDP packets delivered. */
export interface StreamReport {
  /** Offered and delivered, in bit/s of layer-2 frames on the cable (FCS not counted). */
  readonly offered: number;
  readonly delivered: number;
}

const iperfReport = v.object({
  end: v.object({
    sum_sent: v.object({ packets: v.number(), seconds: v.number() }),
    sum_received: v.object({ bytes: v.number(), seconds: v.number() }),
  }),
});

/** UDP (8), IPv4 (20) and Ethernet (14) headers; a tag adds 4. */
const FRAME_OVERHEAD = 42;
const TAG_SIZE = 4;
const UDP_PAYLOAD = 1400;

/** How long a ping can still be on its way when a row of them is stopped, on a busy machine. */
const IN_FLIGHT_MS = 100;

/** A host in a network namespace of its own, behind the edge bridge of its cable. */
export class Station {
  readonly at: string;
  readonly vlan: number | "untagged";
  readonly address: string;
  readonly mac: string;
  /** The interface at the edge bridge. */
  readonly interface: string;
  readonly #lab: string;
  readonly #namespace: string;

  constructor(lab: string, number: number, options: StationOptions) {
    this.at = options.at;
    this.vlan = options.vlan;
    this.address = `10.0.0.${number}`;
    this.mac = `02:00:0a:00:00:${number.toString(16).padStart(2, "0")}`;
    this.interface = `station${number}`;
    this.#lab = lab;
    this.#namespace = `${lab}-${number}`;
  }

  /** Makes the namespace and its interface; without checksum offload, which veths only pretend. */
  async build(): Promise<void> {
    await run(["ip", "netns", "add", this.#namespace]);
    await this.inside(
      ["sh", "-eu"],
      `
for where in all default; do
  setting=/proc/sys/net/ipv6/conf/$where/disable_ipv6
  if [ -e $setting ]; then echo 1 > $setting; fi
done
ip link set lo up
ip link add eth0 address ${this.mac} type veth peer name ${this.interface}
ethtool -K eth0 tx off > /dev/null
ip addr add ${this.address}/24 dev eth0
ip link set ${this.interface} up netns ${this.#lab}
ip link set eth0 up
`,
    );
    await run(["ip", "-n", this.#lab, "link", "set", this.interface, "up"]);
  }

  /** Runs a command in the host. */
  inside(command: readonly string[], input = ""): Promise<string> {
    return run([...this.#enter(), ...command], input);
  }

  /**
   * What becomes of the first `count` pings, all in all within two seconds. It goes on to ask until
   * so many are answered: with `-c` alone ping waits for the last answer no longer than an interval.
   */
  async ping(other: Station, count = 3, intervalMs = 10): Promise<PingReport> {
    const interval = String(intervalMs / 1000);
    const ping = ["ping", "-n", "-c", String(count), "-w", "2", "-i", interval, other.address];
    try {
      return firstPings(await this.inside(ping), count);
    } catch (error) {
      if (error instanceof CommandFailed && error.output.includes("packets transmitted")) {
        return firstPings(error.output, count);
      }
      throw error;
    }
  }

  /** Pings on and on until stopped. */
  startPing(other: Station, intervalMs = 1): PingStream {
    return new PingStream(this.#enter(), other.address, intervalMs);
  }

  /** Forgets the addresses of its neighbours, so that the next packet asks by broadcast again. */
  async forgetNeighbours(): Promise<void> {
    await this.inside(["ip", "neigh", "flush", "all"]);
  }

  /** Sends UDP at `offered` bit/s of frames for some seconds and says how much arrived. */
  async stream(other: Station, offered: number, seconds = 3): Promise<StreamReport> {
    const port = nextPort();
    const server = new Background([
      ...other.#enter(),
      "iperf3",
      "-s",
      "-1",
      "-p",
      String(port),
      "--forceflush",
    ]);
    await server.until("Server listening");
    const frameSize = UDP_PAYLOAD + FRAME_OVERHEAD + (this.vlan === "untagged" ? 0 : TAG_SIZE);
    const rate = Math.round((offered * UDP_PAYLOAD) / frameSize);
    const client = `iperf3 -u -J -p ${port} -c ${other.address} -b ${rate} -l ${UDP_PAYLOAD} -t ${seconds}`;
    try {
      const report: unknown = JSON.parse(await this.inside(client.split(" ")));
      return streamReport(report, frameSize * 8);
    } finally {
      await server.stop("SIGKILL");
    }
  }

  #enter(): readonly string[] {
    return enterNamespace(this.#namespace);
  }
}

/** A row of pings in the background. */
export class PingStream {
  readonly #ping: Background;
  readonly #intervalMs: number;

  constructor(enter: readonly string[], address: string, intervalMs: number) {
    const interval = String(intervalMs / 1000);
    this.#ping = new Background([...enter, "ping", "-n", "-i", interval, address]);
    this.#intervalMs = intervalMs;
  }

  /** Resolves when the first answer is there. */
  async flowing(): Promise<void> {
    await this.#ping.until("icmp_seq=");
  }

  /**
   * Stops and counts. What is sent in the last milliseconds may not have been answered yet when ping
   * ends, so it goes on for as long before: what was sent before this call counts.
   */
  async stop(): Promise<PingReport & { readonly lost: readonly number[] }> {
    await sleep(IN_FLIGHT_MS);
    const output = await this.#ping.stop("SIGINT");
    const report = pingReport(output);
    const answered = answeredIn(output);
    const certain = report.sent - Math.ceil(IN_FLIGHT_MS / this.#intervalMs);
    const lost = Array.from({ length: Math.max(certain, 0) }, (_, index) => index + 1).filter(
      (sequence) => !answered.has(sequence),
    );
    return { ...report, lost };
  }
}

/** The numbers of the pings that were answered. */
function answeredIn(output: string): ReadonlySet<number> {
  return new Set([...output.matchAll(/icmp_seq=(\d+) ttl/g)].map((m) => Number(m[1])));
}

function firstPings(output: string, count: number): PingReport {
  const received = [...answeredIn(output)].filter((sequence) => sequence <= count).length;
  return { ...pingReport(output), sent: count, received };
}

function pingReport(output: string): PingReport {
  const found = /(\d+) packets transmitted, (\d+) received(?:, \+(\d+) duplicates)?/.exec(output);
  if (found === null) throw new Error(`ping says: ${output}`);
  return {
    sent: Number(found[1]),
    received: Number(found[2]),
    duplicates: Number(found[3] ?? 0),
  };
}

function streamReport(report: unknown, frameBits: number): StreamReport {
  const { sum_sent: sent, sum_received: received } = v.parse(iperfReport, report).end;
  return {
    offered: (sent.packets * frameBits) / sent.seconds,
    delivered: ((received.bytes / UDP_PAYLOAD) * frameBits) / received.seconds,
  };
}

let lastPort = 5200;

/** A port of its own for each stream, so that several can run into one station. */
function nextPort(): number {
  lastPort += 1;
  return lastPort;
}
