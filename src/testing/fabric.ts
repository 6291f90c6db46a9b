import type { FlowStats } from "../drivers/openflow/wire/flow.ts";
import type { OfMessage } from "../drivers/openflow/wire/message.ts";
import type { MeterMod } from "../drivers/openflow/wire/meter.ts";
import type { Clock } from "../model/clock.ts";
import type { Frame } from "../model/frame.ts";
import { type LinkId, linkId, type NodeId, nodeId, type PortRef } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { Link, TouchPoint } from "../topology/elements.ts";
import type { Topology } from "../topology.ts";
import type { LinkTiming } from "./controller-link.ts";
import type { Refusal } from "./datapath/refusal.ts";
import { FaultPlan, type FaultRates } from "./faults.ts";
import type { Dial } from "./memory-link.ts";
import { derivedSeed, seededRandom } from "./random.ts";
import { SimHost } from "./sim-host.ts";
import { SimSwitch } from "./sim-switch.ts";
import { planSwitches, type SwitchPlan } from "./switch-plan.ts";
import {
  type Crossing,
  type LinkCount,
  type LoopViolation,
  type WireOptions,
  Wires,
} from "./wires.ts";

/** What a fabric is made of. */
export interface FabricOptions extends LinkTiming, WireOptions {
  /** A switch is made for every node with a datapath id, a host for every touch point. */
  readonly topology: Topology;
  readonly clock: Clock;
  /** How switches reach their controllers: `MemoryListener.dial`, or `socketDial(address)`. */
  readonly dial: Dial | readonly Dial[];
  /** Where chance starts from; 0 when absent. Equal seeds give equal histories. */
  readonly seed?: number;
  /** Whether its switches have bundles; not when absent. */
  readonly bundles?: boolean;
  /** What may befall every controller's messages at every switch; nothing when absent. */
  readonly faults?: FaultRates;
  /** Whether the switches learn addresses as Open vSwitch does; not when absent. */
  readonly learns?: boolean;
  /** How many tags of a frame the switches look at, as `vlan-limit` of Open vSwitch; 1 when absent. */
  readonly vlanLimit?: 1 | 2;
  /** What the switch of a node cannot do, and what it says to that; nothing when absent. */
  readonly lacks?: (message: OfMessage, node: NodeId) => Refusal | undefined;
  /** The most flows that one table of a node's switch takes, and says that it does; as Open vSwitch when absent. */
  readonly maxFlowsPerTable?: (node: NodeId) => number;
  /** What the switches make of the meters that they are asked for; just those when absent. */
  readonly rounds?: (meter: MeterMod) => MeterMod;
  /** The queues that somebody has made at a port, which count and do not shape; none when absent. */
  readonly queues?: (port: PortRef) => readonly number[];
  /**
   * What comes out of a node that is not one of the switches, such as a wide-area domain, for a frame that
   * goes in; nothing when absent.
   */
  readonly carry?: (into: PortRef, frame: Frame) => readonly PortFrame[];
}

/** A frame that leaves by a port. */
export interface PortFrame {
  readonly port: PortRef;
  readonly frame: Frame;
}

/**
 * A fabric of simulated switches and hosts, wired as a topology says. Its switches speak OpenFlow
 * to whoever they dial; its frames obey what the switches were told.
 */
export class SimulatedFabric implements Disposable {
  readonly topology: Topology;
  readonly switches: ReadonlyMap<NodeId, SimSwitch>;
  /** By `host:nic`. */
  readonly hosts: ReadonlyMap<string, SimHost>;
  readonly #wires: Wires;
  /** The switch and the number of every port. */
  readonly #places: ReadonlyMap<PortRef, { readonly at: SimSwitch; readonly port: number }>;

  /** Builds it; its switches stay quiet until {@link connect}. */
  constructor(options: FabricOptions) {
    const { topology, clock } = options;
    this.topology = topology;
    const plans = planSwitches(topology);
    const switches = new Map(plans.map((plan) => [plan.node, this.#makeSwitch(plan, options)]));
    this.switches = switches;
    this.#places = new Map(
      plans.flatMap(({ node, refs }) => {
        const at = switches.get(node);
        return at === undefined ? [] : [...refs].map(([port, ref]) => [ref, { at, port }] as const);
      }),
    );
    this.hosts = new Map(
      [...topology.touchPoints.values()].map((touchPoint, index) => [
        touchPoint.hostPort,
        this.#makeHost(touchPoint, index),
      ]),
    );
    this.#wires = new Wires(topology, clock, options, {
      intoPort: (ref, frame) => {
        const place = this.#places.get(ref);
        if (place !== undefined) place.at.receive(place.port, frame);
        else this.#carry(options, ref, frame);
      },
      intoHost: (hostPort, frame) =>
        this.hosts.get(hostPort)?.receive({ frame, atMs: clock.now() }),
    });
  }

  /** Every switch dials its controllers. */
  connect(): void {
    for (const simSwitch of this.switches.values()) simSwitch.connect();
  }

  /** Whether every switch has a controller. */
  get connected(): boolean {
    return [...this.switches.values()].every((simSwitch) => simSwitch.connected);
  }

  /** The switch of a node; it must be one of the fabric. */
  switchOf(node: string): SimSwitch {
    const found = this.switches.get(nodeId(node));
    invariant(found !== undefined, `the fabric has no switch ${node}`);
    return found;
  }

  /** The host interface `host:nic`; it must be one of the fabric. */
  hostOf(hostPort: string): SimHost {
    const found = this.hosts.get(hostPort);
    invariant(found !== undefined, `the fabric has no host port ${hostPort}`);
    return found;
  }

  /** The flows that a node holds. */
  flowsOf(node: string): readonly FlowStats[] {
    return this.switchOf(node).flows();
  }

  /** Cuts a link, or mends it; the switches at its ends notice and tell their controllers. */
  setLink(link: string, up: boolean): void {
    const found = this.topology.links.get(linkId(link));
    invariant(found !== undefined, `the fabric has no link ${link}`);
    this.#wires.setLink(found.id, up);
    this.#signal(found);
  }

  /** Has a link lose every frame while both its ends keep the signal, or ends that. */
  setSilentLoss(link: string, silent: boolean): void {
    const found = this.topology.links.get(linkId(link));
    invariant(found !== undefined, `the fabric has no link ${link}`);
    this.#wires.setSilentLoss(found.id, silent);
  }

  /** Turns a switch off, as {@link SimSwitch.powerOff} does; its neighbours lose the signal. */
  powerOff(node: string): void {
    this.switchOf(node).powerOff();
    this.#signalAround(node);
  }

  /** Turns a switch on again, blank; its neighbours get the signal back. */
  powerOn(node: string): void {
    this.switchOf(node).powerOn();
    this.#signalAround(node);
  }

  /** Pulls the cable of a host interface, or plugs it in again; its switch notices. */
  setHostLink(hostPort: string, up: boolean): void {
    const touchPoint = this.topology.touchPoints.get(hostPort);
    invariant(touchPoint !== undefined, `the fabric has no host port ${hostPort}`);
    this.#setSignal(touchPoint.port, up);
  }

  /** Changes what may befall messages from now on, at every switch. */
  setFaults(rates: FaultRates): void {
    for (const simSwitch of this.switches.values()) simSwitch.faults.setRates(rates);
  }

  /** What crossed a link so far; `forward` is from its `a` to its `b`. */
  linkCount(link: LinkId): { readonly forward: LinkCount; readonly backward: LinkCount } {
    return this.#wires.count(link);
  }

  /** The frames that went round and round. A fabric without loops has none. */
  get violations(): readonly LoopViolation[] {
    return this.#wires.violations;
  }

  /** Calls `observer` with every frame on every wire, until disposed. */
  capture(observer: (crossing: Crossing) => void): Disposable {
    return this.#wires.observe(observer);
  }

  /** Turns every switch off; no timer is left. */
  [Symbol.dispose](): void {
    for (const simSwitch of this.switches.values()) simSwitch[Symbol.dispose]();
  }

  #carry({ carry }: FabricOptions, into: PortRef, frame: Frame): void {
    for (const out of carry?.(into, frame) ?? []) this.#wires.leavePort(out.port, out.frame);
  }

  #makeSwitch({ node, datapathId, ports, refs }: SwitchPlan, options: FabricOptions): SimSwitch {
    const { dial, seed = 0, faults, lacks, queues, maxFlowsPerTable, ...others } = options;
    return new SimSwitch({
      ...others,
      ...(maxFlowsPerTable && { maxFlowsPerTable: () => maxFlowsPerTable(node) }),
      lacks: (message) => lacks?.(message, node),
      queues: (port) => {
        const ref = refs.get(port);
        return ref === undefined ? [] : (queues?.(ref) ?? []);
      },
      datapathId,
      ports,
      dial: typeof dial === "function" ? [dial] : dial,
      faults: new FaultPlan(seededRandom(derivedSeed(seed, node)), faults),
      transmit: (port, frame) => {
        const ref = refs.get(port);
        if (ref !== undefined) this.#wires.leavePort(ref, frame);
      },
    });
  }

  #makeHost({ hostPort, tagging, port }: TouchPoint, index: number): SimHost {
    return new SimHost({
      hostPort,
      tagging,
      mac: hostAddress(index + 1),
      transmit: (frame) => this.#wires.leaveHost(hostPort, port, frame),
    });
  }

  #signalAround(node: string): void {
    for (const link of this.topology.links.values()) {
      if (link.nodeA === node || link.nodeB === node) this.#signal(link);
    }
  }

  /** Gives the ports of a link the signal that they should have: a whole wire, a live far end. */
  #signal({ id, a, b }: Link): void {
    const isOn = (ref: PortRef): boolean => this.#places.get(ref)?.at.powered !== false;
    this.#setSignal(a, this.#wires.isUp(id) && isOn(b));
    this.#setSignal(b, this.#wires.isUp(id) && isOn(a));
  }

  #setSignal(ref: PortRef, up: boolean): void {
    const place = this.#places.get(ref);
    place?.at.setLink(place.port, up);
  }
}

/** A locally administered unicast address: 02, and the number of the host in five bytes. */
function hostAddress(number: number): string {
  const digits = `02${number.toString(16).padStart(10, "0")}`;
  return digits.replace(/..(?!$)/g, "$&:");
}
