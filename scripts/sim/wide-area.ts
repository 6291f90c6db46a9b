import type { OscarsDriver } from "../../src/index.ts";
import type { Clock } from "../../src/model/clock.ts";
import { linkId } from "../../src/model/ids.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { MemoryHttp, SimNsiProvider } from "../../src/testing/index.ts";
import type { Topology } from "../../src/topology.ts";
import { CircuitPlane } from "../../test/support/circuit-plane.ts";
import { type Dialect, type SimulatedWan, simulatedWan } from "../../test/support/simulated-wan.ts";
import type { Dice } from "./dice.ts";
import { ProcessClock } from "./process-clock.ts";
import { type HttpRates, SimHttp } from "./sim-http.ts";

/** The node of the wide-area domain, and the domain. */
export const WIDE_AREA = "wan";
const SERVER_URL = `http://${WIDE_AREA}.example`;

/** What a wide-area domain speaks, and how the way to it misbehaves. */
export interface WideAreaOptions extends HttpRates {
  readonly dialect: Dialect;
}

/** A domain of circuits that somebody else runs, and the way to it. */
export class WideArea {
  readonly #dice: Dice;
  readonly #http: MemoryHttp;
  readonly #wan: SimulatedWan;
  /** What the domain goes by. */
  readonly #clock: ProcessClock;
  readonly #plane: CircuitPlane;
  #rates: HttpRates;

  constructor(topology: Topology, clock: Clock, dice: Dice, options: WideAreaOptions) {
    this.#dice = dice;
    this.#rates = options;
    this.#clock = new ProcessClock(clock);
    this.#http = new MemoryHttp(clock);
    const ports = [...topology.links.values()].flatMap(({ a, b, nodeA, nodeB }) => [
      ...(nodeA === WIDE_AREA ? [a] : []),
      ...(nodeB === WIDE_AREA ? [b] : []),
    ]);
    this.#plane = new CircuitPlane((name) => {
      const port = this.#wan.portOf(name);
      return ports.find((one) => one === port);
    });
    this.#wan = simulatedWan(options.dialect, {
      ...{
        clock: this.#clock,
        ports,
        http: this.#http,
        name: WIDE_AREA,
        delayMs: 1 + dice.below(30),
      },
      leadSeconds: 0,
      sold: { capacity: 10_000, vlans: VlanSet.range(1, 4094) },
      onCircuit: this.#plane.change,
    });
  }

  /** The way of a new process to the domain, and the domain's to where it runs. */
  connect(own: Clock, place: string): WideAreaUser {
    const ourUrl = `http://${place}.${WIDE_AREA}.example`;
    const way = new SimHttp(this.#http, own, this.#dice, () => this.#rates);
    const times = { answerMs: 2_000, activationMs: 10_000, pollMs: 1_000 };
    const driver = this.#wan.driver(times, way, place);
    this.#http.serve(ourUrl, async (request) => {
      await way.untilRunning();
      return driver.callbacks(request);
    });
    return {
      driver,
      stop: () => way.stop(),
      resume: () => way.resume(),
      kill: () => {
        way.kill();
        this.#http.serve(ourUrl, undefined);
      },
    };
  }

  /** How many circuits the domain has, whole or not. */
  get circuits(): number {
    return this.#wan.server.ids.length;
  }

  /** The domain ends all that it has. */
  endAll(): void {
    for (const id of this.#wan.server.ids) this.#wan.server.forceEnd(id);
  }

  /** Something goes wrong there; says what. */
  mishap(): string {
    const { server } = this.#wan;
    const drawn = this.#dice.below(4);
    if (drawn <= 1 && server.ids.length > 0) {
      const id = this.#dice.pick(server.ids);
      server.forceEnd(id);
      return `the provider ends ${id}`;
    }
    if (drawn === 2 && server instanceof SimNsiProvider) {
      const callbacks = this.#dice.pick(["after", "before", "twice", "never"] as const);
      const refusals = this.#dice.pick(["callback", "answer"] as const);
      server.quirks = { callbacks, refusals };
      return `the provider calls back ${callbacks}, and refuses by ${refusals}`;
    }
    const isAway = this.#dice.chance(0.5);
    if (isAway) this.#http.serve(SERVER_URL, undefined);
    else this.#serve();
    return isAway ? "the provider is out of reach" : "the provider is there";
  }

  /** No more faults, ever. */
  mend(): void {
    const { server } = this.#wan;
    this.#rates = CALM;
    if (server instanceof SimNsiProvider) server.quirks = {};
    this.#serve();
  }

  /** Where a frame comes out that goes in. */
  get carry(): CircuitPlane["carry"] {
    return this.#plane.carry;
  }

  /** A circuit that no network knows, or an end of a network that no circuit has, when all is calm. */
  faultIn(topology: Topology, networks: readonly NetworkInfo[]): string | undefined {
    const wanted = new Set(networks.flatMap((info) => endsOf(topology, info)));
    const { circuits } = this.#plane;
    const idle = this.#wan.server.ids.filter((id) => !circuits.has(id));
    const later = networks.filter((info) => info.state === "scheduled" && crosses(topology, info));
    if (idle.length !== later.length)
      return `${idle.join(", ")} carry nothing, and ${later.length} networks are promised`;
    for (const ends of circuits.values()) {
      for (const end of ends.map(({ port, vlan }) => `${port}/${vlan}`)) {
        if (!wanted.delete(end)) return `a circuit ends at ${end}, and no network does`;
      }
    }
    const [missing] = wanted;
    return missing && `no circuit ends at ${missing}`;
  }

  /** The domain does nothing more. */
  close(): void {
    this.#clock.die();
  }

  #serve(): void {
    this.#http.serve(SERVER_URL, (request) => this.#wan.server.handler(request));
  }
}

/** A process's part in the wide area. */
export interface WideAreaUser {
  readonly driver: OscarsDriver;
  stop(): void;
  resume(): void;
  kill(): void;
}

/** Where links enter the wide-area domain that a network uses, each with its label. */
function endsOf(topology: Topology, info: NetworkInfo): readonly string[] {
  return info.state === "scheduled" ? [] : crossings(topology, info);
}

function crosses(topology: Topology, info: NetworkInfo): boolean {
  return crossings(topology, info).length > 0;
}

function crossings(topology: Topology, { links, backup }: NetworkInfo): readonly string[] {
  return [...links, ...(backup?.links ?? [])].flatMap(({ id, vlan }) => {
    const link = topology.links.get(linkId(id));
    if (link === undefined) return [];
    const { a, b, nodeA, nodeB } = link;
    return [...(nodeA === WIDE_AREA ? [a] : []), ...(nodeB === WIDE_AREA ? [b] : [])].map(
      (port) => `${port}/${vlan}`,
    );
  });
}

const CALM: HttpRates = { refuse: 0, lose: 0, loseAnswer: 0, maxDelayMs: 0 };
