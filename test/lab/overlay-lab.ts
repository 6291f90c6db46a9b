import { Background, run } from "./exec.ts";
import { enterNamespace } from "./lab-namespace.ts";
import { OvsLab } from "./ovs-lab.ts";
import { eventually } from "./scenario.ts";
import type { LabOptions } from "./start-script.ts";
import type { LabDocument } from "./wiring.ts";

/** One end of a tunnel: the bridge in whose lab it is, the port's name and its OpenFlow number. */
export interface TunnelEnd {
  readonly bridge: string;
  readonly name: string;
  readonly ofPort: number;
}

/** A tunnel, by its end on each machine. */
export type Tunnel = readonly [TunnelEnd, TunnelEnd];

/** The addresses of a tunnel's ends: each has its own, so that they do not take each other's packets. */
const addressesOf = (tunnel: number): readonly [string, string] => [
  `10.9.0.${2 * tunnel + 1}`,
  `10.9.0.${2 * tunnel + 2}`,
];
const UNDERLAY = "underlay";
const CABLE = "under";

/**
 * Two labs, each with a part of a document's bridges, as two machines with an Open vSwitch each: a cable
 * between them carries IP, and VXLAN on top of it, between bridges of the document.
 */
export class OverlayLab implements AsyncDisposable {
  readonly labs: readonly [OvsLab, OvsLab];

  private constructor(labs: readonly [OvsLab, OvsLab]) {
    this.labs = labs;
  }

  static async start(
    document: LabDocument,
    machines: readonly [readonly string[], readonly string[]],
    tunnels: readonly Tunnel[],
    options: LabOptions = {},
  ): Promise<OverlayLab> {
    const first = await OvsLab.start(partOf(document, machines[0]), options);
    try {
      const other = { ...options, firstStation: 101 };
      const second = await OvsLab.start(partOf(document, machines[1]), other);
      const overlay = new OverlayLab([first, second]);
      try {
        await overlay.#join(tunnels);
        return overlay;
      } catch (error) {
        await second.close();
        throw error;
      }
    } catch (error) {
      await first.close();
      throw error;
    }
  }

  /** Where an agent listens so that the bridges of both find it. */
  get controller(): OvsLab["controller"] {
    return this.labs[0].controller;
  }

  async connect(): Promise<void> {
    for (const lab of this.labs) await lab.connect(this.controller);
  }

  async settle(): Promise<void> {
    for (const lab of this.labs) await lab.settle();
  }

  /** The VNIs of all that crosses the cable between the machines meanwhile, at least so many packets. */
  async vnisDuring(packets: number, meanwhile: () => Promise<unknown>): Promise<readonly number[]> {
    const dump = `exec tcpdump -n -l --immediate-mode -i ${CABLE} udp port 4789 2>&1`;
    const tcpdump = new Background([...enterNamespace(this.labs[0].name), "sh", "-c", dump]);
    const vnis = (): number[] =>
      [...tcpdump.output.matchAll(/VXLAN, flags \[I\].*vni (\d+)/g)].map(([, id]) => Number(id));
    await tcpdump.until("listening on");
    await meanwhile();
    await eventually(() => vnis().length >= packets);
    await tcpdump.stop("SIGINT");
    return [...new Set(vnis())];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lab of this.labs) await lab.close();
  }

  /** Loses everything that a tunnel carries, both ways; its ports stay as they are. */
  async cut(tunnel: number): Promise<void> {
    for (const from of addressesOf(tunnel))
      for (const lab of this.labs)
        await lab.ofctl(["add-flow", UNDERLAY, `priority=65000,ip,nw_src=${from},actions=drop`]);
  }

  /** Has the ends of every tunnel look after each other (RFC 5880), so that a port knows of a cut. */
  async watchTunnels(tunnels: readonly Tunnel[]): Promise<void> {
    const bfd = ["bfd:enable=true", "bfd:min_tx=100", "bfd:min_rx=100"];
    for (const [at, lab] of this.labs.entries())
      await lab.vsctl(tunnels.map((ends) => ["set", "interface", ends[at]?.name ?? "", ...bfd]));
    const isUp = async (lab: OvsLab) =>
      [...(await lab.appctl(["bfd/show"])).matchAll(/^\s*Local Session State: up$/gm)].length;
    await eventually(async () => {
      const up = await Promise.all(this.labs.map(isUp));
      return up.every((count) => count === tunnels.length);
    });
  }

  async #join(tunnels: readonly Tunnel[]): Promise<void> {
    const [a, b] = this.labs.map(({ name }) => name);
    await run(`ip link add ${CABLE} netns ${a} type veth peer name ${CABLE} netns ${b}`.split(" "));
    for (const [at, lab] of this.labs.entries()) {
      await lab.vsctl([
        ["add-br", UNDERLAY],
        ["set", "bridge", UNDERLAY, "datapath_type=netdev", "fail_mode=standalone"],
        ["add-port", UNDERLAY, CABLE],
        ...tunnels.flatMap((ends, tunnel) => portOf(ends[at === 0 ? 0 : 1], tunnel, at)),
      ]);
      await this.#inside(
        lab,
        `ip link set ${CABLE} up
${tunnels.map((_, tunnel) => `ip addr add ${addressesOf(tunnel)[at === 0 ? 0 : 1]}/24 dev ${UNDERLAY}`).join("\n")}
ip link set ${UNDERLAY} up`,
      );
    }
    const [first, second] = this.labs;
    // The second machine reaches the controller at the address that the first knows it by.
    await this.#inside(
      second,
      `ip route add ${first.controller.host} via ${second.controller.host}`,
    );
    // Open vSwitch learns from these who has the other's address.
    for (const tunnel of tunnels.keys()) {
      const [own, other] = addressesOf(tunnel);
      const ping = (from: string, to: string) => `ping -n -q -c 2 -i 0.2 -W 2 -I ${from} ${to}`;
      await this.#inside(first, ping(own, other));
      await this.#inside(second, ping(other, own));
    }
  }

  async #inside(lab: OvsLab, script: string): Promise<void> {
    await run([...enterNamespace(lab.name), "sh", "-eu"], script);
  }
}

/** The commands for the port of a tunnel's end. */
function portOf(
  { bridge, name, ofPort }: TunnelEnd,
  tunnel: number,
  machine: number,
): readonly (readonly string[])[] {
  const addresses = addressesOf(tunnel);
  const [own, other] = machine === 0 ? addresses : addresses.toReversed();
  const settings = ["type=vxlan", `ofport_request=${ofPort}`, "options:key=flow"];
  return [
    ["add-port", bridge, name],
    ["set", "interface", name, ...settings],
    ["set", "interface", name, `options:local_ip=${own}`, `options:remote_ip=${other}`],
  ];
}

/** What of a document concerns these bridges alone. */
function partOf(document: LabDocument, bridges: readonly string[]): LabDocument {
  const isHere = (port: string): boolean => bridges.includes(port.split(":")[0] ?? "");
  return {
    nodes: document.nodes.filter(({ id }) => bridges.includes(id)),
    links: document.links?.filter(({ a, b }) => isHere(a) && isHere(b)) ?? [],
    hosts: document.hosts?.filter(({ port }) => isHere(port)) ?? [],
  };
}
