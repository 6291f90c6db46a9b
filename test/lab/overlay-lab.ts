import { Background, run } from "./exec.ts";
import { enterNamespace } from "./lab-namespace.ts";
import { OvsLab } from "./ovs-lab.ts";
import { eventually } from "./scenario.ts";
import type { LabDocument } from "./wiring.ts";

/** One end of a tunnel: the bridge in whose lab it is, the port's name and its OpenFlow number. */
export interface TunnelEnd {
  readonly bridge: string;
  readonly name: string;
  readonly ofPort: number;
}

const ADDRESSES = ["10.9.0.1", "10.9.0.2"] as const;
const UNDERLAY = "underlay";
const CABLE = "under";

/**
 * Two labs, each with a part of a document's bridges, as two machines with an Open vSwitch each: a cable
 * between them carries IP, and VXLAN on top of it, between two bridges of the document.
 */
export class OverlayLab implements AsyncDisposable {
  readonly labs: readonly [OvsLab, OvsLab];

  private constructor(labs: readonly [OvsLab, OvsLab]) {
    this.labs = labs;
  }

  static async start(
    document: LabDocument,
    machines: readonly [readonly string[], readonly string[]],
    ends: readonly [TunnelEnd, TunnelEnd],
  ): Promise<OverlayLab> {
    const first = await OvsLab.start(partOf(document, machines[0]));
    try {
      const second = await OvsLab.start(partOf(document, machines[1]), { firstStation: 101 });
      const overlay = new OverlayLab([first, second]);
      try {
        await overlay.#join(ends);
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

  async #join(ends: readonly [TunnelEnd, TunnelEnd]): Promise<void> {
    const [a, b] = this.labs.map(({ name }) => name);
    await run(`ip link add ${CABLE} netns ${a} type veth peer name ${CABLE} netns ${b}`.split(" "));
    for (const [at, lab] of this.labs.entries()) {
      const [own, other] = at === 0 ? ADDRESSES : ADDRESSES.toReversed();
      const end = ends[at];
      if (end === undefined) continue;
      const tunnel = ["type=vxlan", `ofport_request=${end.ofPort}`, "options:key=flow"];
      await lab.vsctl([
        ["add-br", UNDERLAY],
        ["set", "bridge", UNDERLAY, "datapath_type=netdev", "fail_mode=standalone"],
        ["add-port", UNDERLAY, CABLE],
        ["add-port", end.bridge, end.name],
        ["set", "interface", end.name, ...tunnel],
        ["set", "interface", end.name, `options:local_ip=${own}`, `options:remote_ip=${other}`],
      ]);
      await this.#inside(
        lab,
        `ip link set ${CABLE} up
ip addr add ${own}/24 dev ${UNDERLAY}
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
    await this.#inside(first, `ping -n -q -c 2 -i 0.2 -W 2 ${ADDRESSES[1]}`);
    await this.#inside(second, `ping -n -q -c 2 -i 0.2 -W 2 ${ADDRESSES[0]}`);
  }

  async #inside(lab: OvsLab, script: string): Promise<void> {
    await run([...enterNamespace(lab.name), "sh", "-eu"], script);
  }
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
