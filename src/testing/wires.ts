import type { Clock } from "../model/clock.ts";
import { frameBytes } from "../model/frame.ts";
import type { LinkId, PortRef } from "../model/ids.ts";
import type { Link } from "../topology/elements.ts";
import type { Topology } from "../topology.ts";
import type { WireFrame } from "./wire-frame.ts";

/** How wires behave. */
export interface WireOptions {
  /**
   * Whether frames take a link's `delayMs` to cross it. When false, the default, a frame and all
   * its copies have arrived when `send` returns.
   */
  readonly linkDelays?: boolean;
  /** How many switches a frame may pass before it is dropped as one that loops; 64 when absent. */
  readonly maxHops?: number;
  /** How often the copies of one frame may cross a wire, all together; 10,000 when absent. */
  readonly maxCrossings?: number;
}

/** A frame crossing a wire: a link between switches, or the cable of a host. */
export interface Crossing {
  readonly atMs: number;
  readonly frame: WireFrame;
  /** The port that it leaves by; a host's `host:nic` when a host sends it. */
  readonly from: string;
  /** The port that it reaches; a host's `host:nic` when a host receives it. */
  readonly to: string;
  /** The link, between switches. */
  readonly link?: LinkId;
}

/** A frame that was dropped because it, or its copies, went round and round. */
export interface LoopViolation {
  readonly frame: WireFrame;
  readonly from: string;
  /** How many switches this copy had passed. */
  readonly hops: number;
  /** How many wires all copies had crossed. */
  readonly crossings: number;
}

/** What crossed a link in one direction; `forward` is from the link's `a` to its `b`. */
export interface LinkCount {
  readonly frames: number;
  readonly bytes: number;
}

/** Where wires end. */
export interface WireEnds {
  /** Hands a frame to the switch that has this port, if there is one. */
  readonly intoPort: (port: PortRef, frame: WireFrame) => void;
  /** Hands a frame to a host interface. */
  readonly intoHost: (hostPort: string, frame: WireFrame) => void;
}

/** Links and cables: they carry frames, count them, and stop those that loop. */
export class Wires {
  readonly #topology: Topology;
  readonly #clock: Clock;
  readonly #options: Readonly<Required<WireOptions>>;
  readonly #ends: WireEnds;
  readonly #down = new Set<LinkId>();
  readonly #silent = new Set<LinkId>();
  readonly #counts = new Map<LinkId, Record<Direction, LinkTally>>();
  readonly #violations: LoopViolation[] = [];
  readonly #observers = new Set<(crossing: Crossing) => void>();
  /** The journey of the frame that a switch is forwarding right now. */
  #journey: Journey | undefined;

  constructor(topology: Topology, clock: Clock, options: WireOptions, ends: WireEnds) {
    this.#topology = topology;
    this.#clock = clock;
    this.#options = { ...wireDefaults, ...options };
    this.#ends = ends;
  }

  /** The frames that looped, at most {@link MAX_VIOLATIONS}. */
  get violations(): readonly LoopViolation[] {
    return this.#violations;
  }

  /** What crossed a link so far. */
  count(link: LinkId): Readonly<Record<Direction, LinkCount>> {
    return this.#tally(link);
  }

  /** Cuts a link, or mends it. Frames that are already on it arrive. */
  setLink(link: LinkId, up: boolean): void {
    if (up) this.#down.delete(link);
    else this.#down.add(link);
  }

  /** Has a link lose every frame, though nobody can see that it does, or ends that. */
  setSilentLoss(link: LinkId, silent: boolean): void {
    if (silent) this.#silent.add(link);
    else this.#silent.delete(link);
  }

  /** Whether a link is whole. */
  isUp(link: LinkId): boolean {
    return !this.#down.has(link);
  }

  /** Calls `observer` with every frame on every wire, until disposed. */
  observe(observer: (crossing: Crossing) => void): Disposable {
    this.#observers.add(observer);
    return { [Symbol.dispose]: () => this.#observers.delete(observer) };
  }

  /** Takes a frame that a switch puts on the wire of a port. */
  leavePort(from: PortRef, frame: WireFrame): void {
    const journey = this.#journey ?? newJourney();
    const link = this.#topology.linkAt(from, frame.tags[0]?.vid);
    if (link !== undefined) {
      this.#crossLink(link, from, frame, journey);
      return;
    }
    for (const { hostPort } of this.#topology.touchPointsAt(from)) {
      if (this.#admit(frame, from, journey)) {
        this.#tell({ atMs: this.#clock.now(), frame, from, to: hostPort });
        this.#ends.intoHost(hostPort, frame);
      }
    }
  }

  /** Takes a frame that a host sends. */
  leaveHost(from: string, port: PortRef, frame: WireFrame): void {
    const journey = newJourney();
    this.#tell({ atMs: this.#clock.now(), frame, from, to: port });
    this.#arrive(port, frame, journey);
  }

  #crossLink(link: Link, from: PortRef, frame: WireFrame, journey: Journey): void {
    if (this.#down.has(link.id) || this.#silent.has(link.id)) return;
    if (!this.#admit(frame, from, journey)) return;
    const [direction, to]: [Direction, PortRef] =
      link.a === from ? ["forward", link.b] : ["backward", link.a];
    const tally = this.#tally(link.id)[direction];
    tally.frames += 1;
    tally.bytes += frameBytes(frame);
    this.#tell({ atMs: this.#clock.now(), frame, from, to, link: link.id });
    if (!this.#options.linkDelays) this.#arrive(to, frame, journey);
    else this.#clock.setTimeout(() => this.#arrive(to, frame, journey), link.delayMs);
  }

  /** Hands a frame to a switch; what the switch puts on wires meanwhile belongs to its journey. */
  #arrive(port: PortRef, frame: WireFrame, journey: Journey): void {
    const outer = this.#journey;
    this.#journey = { ...journey, hops: journey.hops + 1 };
    this.#ends.intoPort(port, frame);
    this.#journey = outer;
  }

  /** Counts a crossing; false for a frame that has gone too far. */
  #admit(frame: WireFrame, from: string, { hops, shared }: Journey): boolean {
    const { maxHops, maxCrossings } = this.#options;
    shared.crossings += 1;
    const { crossings } = shared;
    if (hops <= maxHops && crossings <= maxCrossings) return true;
    if (this.#violations.length < MAX_VIOLATIONS) {
      this.#violations.push({ frame, from, hops, crossings });
    }
    return false;
  }

  #tell(crossing: Crossing): void {
    for (const observer of this.#observers) observer(crossing);
  }

  #tally(link: LinkId): Record<Direction, LinkTally> {
    const tally = this.#counts.get(link) ?? {
      forward: { frames: 0, bytes: 0 },
      backward: { frames: 0, bytes: 0 },
    };
    this.#counts.set(link, tally);
    return tally;
  }
}

type Direction = "forward" | "backward";

interface LinkTally {
  frames: number;
  bytes: number;
}

/** How far a copy of a frame has come, and what it shares with the other copies. */
interface Journey {
  readonly hops: number;
  readonly shared: { crossings: number };
}

const wireDefaults: Readonly<Required<WireOptions>> = {
  linkDelays: false,
  maxHops: 64,
  maxCrossings: 10_000,
};

/** How many violations are kept: the first ones say what is wrong. */
const MAX_VIOLATIONS = 1_000;

function newJourney(): Journey {
  return { hops: 0, shared: { crossings: 0 } };
}
