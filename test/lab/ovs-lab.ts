import { run } from "./exec.ts";
import { FrameIo, type FramePort } from "./frame-port.ts";
import { enterNamespace, type LabNamespace, openLabNamespace } from "./lab-namespace.ts";
import {
  bridgeCommands,
  type LabOptions,
  NOWHERE,
  startScript,
  switchScript,
} from "./start-script.ts";
import { Station, type StationOptions } from "./station.ts";
import { type LabDocument, type Wiring, wire } from "./wiring.ts";

const CONTROLLER_PORT = 6653;

/**
 * A private Open vSwitch (userspace datapath) in a network namespace of its own, with the bridges,
 * links and host cables of a topology document, and test hosts at the ends of those cables.
 *
 * Nothing outside the lab is touched, and any number of labs run side by side. A lab disappears with
 * {@link OvsLab.close}, with its process, or, when that was killed, at the start of the next lab.
 */
export class OvsLab {
  /** Where an agent listens so that the switches of this lab find it. */
  readonly controller: { readonly host: string; readonly port: number };
  readonly #namespace: LabNamespace;
  readonly #wiring: Wiring;
  readonly #options: LabOptions;
  #stations: number;
  #frameIo: Promise<FrameIo> | undefined;

  private constructor(namespace: LabNamespace, wiring: Wiring, options: LabOptions) {
    this.#namespace = namespace;
    this.#wiring = wiring;
    this.#options = options;
    this.#stations = (options.firstStation ?? 1) - 1;
    this.controller = { host: namespace.rootAddress, port: CONTROLLER_PORT };
  }

  /** Builds the lab. Its bridges drop everything until somebody programs them. */
  static async start(document: LabDocument, options: LabOptions = {}): Promise<OvsLab> {
    const wiring = wire(document);
    const namespace = await openLabNamespace();
    try {
      const lab = new OvsLab(namespace, wiring, options);
      await lab.#inside(startScript(namespace.folder, wiring, options));
      return lab;
    } catch (error) {
      namespace.remove();
      throw error;
    }
  }

  /** The namespace of the lab, and the prefix of those of its stations. */
  get name(): string {
    return this.#namespace.name;
  }

  /** The bridges of the document. */
  get bridges(): readonly string[] {
    return this.#wiring.bridges.map((bridge) => bridge.name);
  }

  /**
   * Points bridges at a controller. They dial at once, because they were pointed elsewhere before:
   * one that was refused waits longer each time, up to 8 seconds, whatever `max_backoff` says.
   */
  async connect(target: Partial<ConnectOptions> = {}): Promise<void> {
    const { host, port, bridges } = { ...this.controller, bridges: this.bridges, ...target };
    await this.disconnect(bridges);
    await this.#dial({ host, port, bridges });
  }

  /** Takes bridges away from their controller; they keep what they were told. */
  async disconnect(bridges: readonly string[] = this.bridges): Promise<void> {
    await this.#dial({ ...NOWHERE, bridges });
  }

  /** Runs ovs-vsctl commands as one transaction. */
  async vsctl(commands: readonly (readonly string[])[]): Promise<string> {
    const words = commands.flatMap((command) => ["--", ...command]);
    return run([
      ...this.#enter(),
      "ovs-vsctl",
      `--db=unix:${this.#namespace.folder}/db.sock`,
      ...words,
    ]);
  }

  /** Runs ovs-ofctl, say `["add-flow", "s1", "priority=1,actions=2"]`. */
  async ofctl(command: readonly string[], version = "OpenFlow13"): Promise<string> {
    return run([...this.#enter(), "ovs-ofctl", "-O", version, ...command]);
  }

  /** Runs a command where the switch is. */
  async inside(command: readonly string[]): Promise<string> {
    return run([...this.#enter(), ...command]);
  }

  /** Runs ovs-appctl against the switch daemon. */
  async appctl(command: readonly string[]): Promise<string> {
    return run([...this.#enter(), "ovs-appctl", "-t", "ovs-vswitchd", ...command]);
  }

  /** What a bridge holds, one entry a line, without the counters and ages. */
  async dump(bridge: string, what: "flows" | "groups" | "meters"): Promise<readonly string[]> {
    const lines = await this.ofctl([`dump-${what}`, bridge]);
    return lines
      .split(what === "meters" ? /\n+(?=meter=)/ : "\n")
      .slice(1)
      .map((line) => line.replace(/(duration|n_packets|n_bytes|idle_age|hard_age)=[^ ,]*,? ?/g, ""))
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .sort();
  }

  /** How many flows, groups and meters the bridges hold together. */
  async census(): Promise<Census> {
    const count = async (what: "flows" | "groups" | "meters"): Promise<number> => {
      const dumps = await Promise.all(this.bridges.map((bridge) => this.dump(bridge, what)));
      return dumps.flat().length;
    };
    return {
      flows: await count("flows"),
      groups: await count("groups"),
      meters: await count("meters"),
    };
  }

  /**
   * Makes the datapath do what the flow tables say. A barrier reply is no proof that it does: it goes
   * on by cached decisions until they have been revalidated, which takes some milliseconds.
   */
  async settle(): Promise<void> {
    await this.appctl(["revalidator/purge"]);
  }

  /** Lets a bridge refuse, with TABLE_FULL, every flow beyond `limit` in each of its tables. */
  async limitTables(bridge: string, limit: number | "none", tables = 8): Promise<void> {
    const numbers = Array.from({ length: tables }, (_, table) => table);
    if (limit === "none")
      return void (await this.vsctl([["clear", "bridge", bridge, "flow_tables"]]));
    const rows = numbers.map((table) => [
      `--id=@t${table}`,
      "create",
      "flow_table",
      `flow_limit=${limit}`,
      "overflow_policy=refuse",
    ]);
    const column = numbers.map((table) => `${table}=@t${table}`).join(",");
    await this.vsctl([...rows, ["set", "bridge", bridge, `flow_tables=${column}`]]);
  }

  /** Takes the power from a bridge: its links have no signal, and what it was told is forgotten. */
  async powerOff(bridge: string): Promise<void> {
    await this.#setLinksOf(bridge, "down");
    await this.vsctl([["del-br", bridge]]);
  }

  /** Lets it run again, with empty tables; it dials nobody. */
  async powerOn(bridge: string): Promise<void> {
    const bridges = this.#wiring.bridges.filter(({ name }) => name === bridge);
    const commands = bridgeCommands(this.#wiring, this.#options, bridges);
    await this.#inside(`ovs-vsctl --db=unix:${this.#namespace.folder}/db.sock ${commands}`);
    await this.#setLinksOf(bridge, "up");
  }

  /** Restarts all bridges at once: they forget what they were told, and dial whom they dialled. */
  async restartSwitches(): Promise<void> {
    const { folder } = this.#namespace;
    await this.appctl(["exit"]);
    await this.#inside(
      `while [ -e ${folder}/ovs-vswitchd.pid ]; do sleep 0.02; done\n${switchScript(folder)}`,
    );
  }

  /** Limits what a link can carry, bit/s each way, as its cable would. */
  async limitLink(id: string, bitPerSecond: number): Promise<void> {
    const link = this.#wiring.links.find((candidate) => candidate.id === id);
    if (link === undefined) throw new Error(`no link ${id}`);
    const shape = `root tbf rate ${bitPerSecond} burst 16k latency 20ms`;
    await this.#inside(
      [link.a, link.b].map((end) => `tc qdisc replace dev ${end} ${shape}`).join("\n"),
    );
  }

  /** Cuts the cable of a link, or mends it. */
  async setLink(id: string, state: "up" | "down"): Promise<void> {
    const link = this.#wiring.links.find((candidate) => candidate.id === id);
    if (link === undefined) throw new Error(`no link ${id}`);
    await this.#inside(`ip link set ${link.a} ${state}`);
  }

  /** The host's end of a cable, for frame-exact sending and capturing. */
  async framePort(hostPort: string): Promise<FramePort> {
    this.#frameIo ??= FrameIo.start(this.#enter());
    return (await this.#frameIo).open(hostPort, this.#hostEnd(hostPort));
  }

  /**
   * Adds a host with an IP stack, in a namespace of its own. This kernel has no VLAN devices: an
   * edge bridge at the end of the cable puts the tag on and takes it off, and lets several stations
   * with different tags share one cable.
   */
  async addStation(options: StationOptions): Promise<Station> {
    const hostEnd = this.#hostEnd(options.at);
    this.#stations += 1;
    const station = new Station(this.#namespace.name, this.#stations, options);
    await station.build();
    const edge = `edge-${hostEnd}`;
    const tag = `tag=${tagColumn(station.vlan)}`;
    await this.vsctl([
      ["--may-exist", "add-br", edge],
      ["set", "bridge", edge, "datapath_type=netdev", "fail_mode=standalone"],
      ["--may-exist", "add-port", edge, hostEnd],
      ["add-port", edge, station.interface, tag, "vlan_mode=access"],
    ]);
    return station;
  }

  /** Gives a station another tag, from its next frame on. */
  async setTag(station: Station, vlan: number | "untagged"): Promise<void> {
    await this.vsctl([["set", "port", station.interface, `tag=${tagColumn(vlan)}`]]);
    await this.settle();
  }

  /** Removes the lab and all that runs in it. Idempotent. */
  async close(): Promise<void> {
    await (await this.#frameIo)?.close();
    this.#namespace.remove();
  }

  async #dial({ host, port, bridges }: ConnectOptions): Promise<void> {
    await this.vsctl(
      bridges.flatMap((bridge) => [
        ["set-controller", bridge, `tcp:${host}:${port}`],
        ["set", "controller", bridge, "connection_mode=out-of-band"],
      ]),
    );
  }

  async #setLinksOf(bridge: string, state: "up" | "down"): Promise<void> {
    const own = this.#wiring.bridges.find(({ name }) => name === bridge)?.ports ?? [];
    const ends = own.map((port) => port.interface);
    const links = this.#wiring.links
      .flatMap(({ a, b }) => [a, b])
      .filter((end) => ends.includes(end));
    await this.#inside(links.map((end) => `ip link set ${end} ${state}`).join("\n"));
  }

  #hostEnd(hostPort: string): string {
    const hostEnd = this.#wiring.hostEnds.get(hostPort);
    if (hostEnd === undefined) throw new Error(`the document has no host port ${hostPort}`);
    return hostEnd;
  }

  #enter(): readonly string[] {
    const { name, folder } = this.#namespace;
    const environment = [`OVS_RUNDIR=${folder}`, `OVS_LOGDIR=${folder}`];
    return [...enterNamespace(name), "env", ...environment];
  }

  #inside(script: string): Promise<string> {
    return run([...this.#enter(), "sh", "-eu"], script);
  }
}

/** Which bridges dial which address. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly bridges: readonly string[];
}

/** How much bridges hold. */
export interface Census {
  readonly flows: number;
  readonly groups: number;
  readonly meters: number;
}

/** In the column `tag`, 0 is the VLAN of frames that carry no tag. */
function tagColumn(vlan: number | "untagged"): number {
  return vlan === "untagged" ? 0 : vlan;
}
