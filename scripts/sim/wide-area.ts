import type { HttpHandler } from "../../src/drivers/oscars/http/http.ts";
import { OscarsDriver } from "../../src/index.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { Frame } from "../../src/model/frame.ts";
import { linkId, type PortRef } from "../../src/model/ids.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import { VlanSet } from "../../src/model/vlan-set.ts";
import { MemoryHttp, type PortFrame, SimNsiProvider } from "../../src/testing/index.ts";
import type { Topology } from "../../src/topology.ts";
import type { Dice } from "./dice.ts";
import { type HttpRates, SimHttp } from "./sim-http.ts";

/** The node of the wide-area domain, and the domain. */
export const WIDE_AREA = "wan";
const PROVIDER = "urn:ogf:network:wan.example:2026:nsa";
const REQUESTER = "urn:ogf:network:us.example:2026:nsa";
const PROVIDER_URL = "http://wan.example";
const OUR_URL = "http://us.example";

/** A provider of circuits that somebody else runs, and the way to it. */
export class WideArea {
  readonly #dice: Dice;
  readonly #http: MemoryHttp;
  readonly #provider: SimNsiProvider;
  readonly #names: ReadonlyMap<string, PortRef>;
  #rates: HttpRates;

  constructor(topology: Topology, clock: Clock, dice: Dice, rates: HttpRates) {
    this.#dice = dice;
    this.#rates = rates;
    this.#http = new MemoryHttp(clock);
    const ports = [...topology.links.values()].flatMap(({ a, b, nodeA, nodeB }) => [
      ...(nodeA === WIDE_AREA ? [a] : []),
      ...(nodeB === WIDE_AREA ? [b] : []),
    ]);
    this.#names = new Map(ports.map((port) => [stpOf(port), port]));
    const sold = { capacity: 10_000, vlans: VlanSet.range(1, 4094) };
    this.#provider = new SimNsiProvider({
      ...{ nsa: PROVIDER, clock, http: this.#http, delayMs: 1 + dice.below(30) },
      ports: new Map([...this.#names.keys()].map((name) => [name, sold])),
    });
    this.#http.serve(PROVIDER_URL, this.#provider.handler);
  }

  /** The way of a new process to the provider. */
  connect(own: Clock): WideAreaUser {
    const way = new SimHttp(this.#http, own, this.#dice, () => this.#rates);
    const driver = new OscarsDriver({
      dialect: "nsi",
      provider: { nsa: PROVIDER, url: `${PROVIDER_URL}/provider` },
      requester: { nsa: REQUESTER, callbacks: { url: `${OUR_URL}/` } },
      http: way,
      stps: Object.fromEntries([...this.#names].map(([name, port]) => [port, name])),
      times: { answerMs: 2_000, activationMs: 10_000, pollMs: 1_000 },
    });
    this.#http.serve(OUR_URL, async (request) => {
      await way.untilRunning();
      return driver.callbacks(request);
    });
    return {
      driver,
      stop: () => way.stop(),
      resume: () => way.resume(),
      kill: () => {
        way.kill();
        this.#http.serve(OUR_URL, undefined);
      },
    };
  }

  /** Something goes wrong there; says what. */
  mishap(): string {
    const { connections } = this.#provider;
    const drawn = this.#dice.below(4);
    if (drawn <= 1 && connections.length > 0) {
      const { connectionId } = this.#dice.pick(connections);
      this.#provider.forceEnd(connectionId);
      return `the provider ends ${connectionId}`;
    }
    if (drawn === 2) {
      const callbacks = this.#dice.pick(["after", "before", "twice", "never"] as const);
      const refusals = this.#dice.pick(["callback", "answer"] as const);
      this.#provider.quirks = { callbacks, refusals };
      return `the provider calls back ${callbacks}, and refuses by ${refusals}`;
    }
    const isAway = this.#dice.chance(0.5);
    this.#serve(isAway ? undefined : this.#provider.handler);
    return isAway ? "the provider is out of reach" : "the provider is there";
  }

  /** No more faults, ever. */
  mend(): void {
    this.#rates = CALM;
    this.#provider.quirks = {};
    this.#serve(this.#provider.handler);
  }

  /** Where a frame comes out that goes in. */
  readonly carry = (into: PortRef, frame: Frame): readonly PortFrame[] => {
    const [tag, ...inner] = frame.tags;
    if (tag === undefined) return [];
    for (const ends of this.#circuits()) {
      if (!ends.some(({ port, vlan }) => port === into && vlan === tag.vid)) continue;
      return ends.flatMap(({ port, vlan }) =>
        port === into
          ? []
          : [{ port, frame: { ...frame, tags: [{ ...tag, vid: vlan }, ...inner] } }],
      );
    }
    return [];
  };

  /** A circuit that no network knows, or an end of a network that no circuit has, when all is calm. */
  faultIn(topology: Topology, networks: readonly NetworkInfo[]): string | undefined {
    const wanted = new Set(networks.flatMap((info) => endsOf(topology, info)));
    const half = this.#provider.connections.find(
      ({ states }) => !states.dataPlaneStatus.active || states.lifecycleState !== "Created",
    );
    if (half !== undefined) return `${half.connectionId} is neither there nor gone`;
    for (const ends of this.#circuits()) {
      for (const end of ends.map(({ port, vlan }) => `${port}/${vlan}`)) {
        if (!wanted.delete(end)) return `a circuit ends at ${end}, and no network does`;
      }
    }
    const [missing] = wanted;
    return missing && `no circuit ends at ${missing}`;
  }

  #serve(handler: HttpHandler | undefined): void {
    this.#http.serve(PROVIDER_URL, handler);
  }

  /** The ends of every circuit that carries frames. */
  #circuits(): readonly (readonly { readonly port: PortRef; readonly vlan: number }[])[] {
    return this.#provider.connections.flatMap(({ states, committed }) => {
      if (!states.dataPlaneStatus.active || committed === undefined) return [];
      const ends = committed.holding.ends.flatMap(({ port: name, vlan }) => {
        const port = this.#names.get(name);
        return port === undefined ? [] : [{ port, vlan }];
      });
      return [ends];
    });
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
function endsOf(topology: Topology, { links, backup, state }: NetworkInfo): readonly string[] {
  if (state === "scheduled") return [];
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

function stpOf(port: PortRef): string {
  return `urn:ogf:network:wan.example:2026:topology:${port.slice(port.indexOf(":") + 1)}`;
}
