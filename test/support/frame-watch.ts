import { BROADCAST, type NetworkEnd, type SimulatedFabric } from "../../src/testing/index.ts";

/** Who may hear a network's frames, and who must, while it changes. */
export interface Watched {
  /** Everybody who is, or will be, an end of it. */
  readonly all: readonly NetworkEnd[];
  /** Those who have to hear each other all the time. */
  readonly staying: readonly NetworkEnd[];
}

/**
 * Sends frames between the ends of a network, to everybody and, one after another, to each other's
 * addresses, and notes what goes wrong: a frame that loops, is doubled, comes back, leaks, or misses one who stays.
 *
 * An end is told by its port and its tag, so that several may be at one port.
 */
export class FrameWatch {
  readonly troubles = new Set<string>();
  readonly #fabric: SimulatedFabric;
  readonly #watched: Watched;
  #steps = 0;

  constructor(fabric: SimulatedFabric, watched: Watched) {
    this.#fabric = fabric;
    this.#watched = watched;
  }

  /** How often frames were looked at. */
  get steps(): number {
    return this.#steps;
  }

  /** Looks at what frames do right now; the fabric must carry frames without delay. */
  readonly step = (): void => {
    const { all, staying } = this.#watched;
    const stays = new Set(staying.map((end) => this.#placeOf(end)));
    this.#steps += 1;
    for (const [index, from] of all.entries()) {
      this.#checkFrame(from, stays, BROADCAST, staying);
      const to = all[(index + this.#steps) % all.length];
      if (to === undefined || to === from) continue;
      const meant = stays.has(this.#placeOf(to)) ? [to] : [];
      this.#checkFrame(from, stays, this.#fabric.hostOf(to.hostPort).mac, meant);
    }
    if (this.#fabric.violations.length > 0) this.troubles.add("a frame went round and round");
  };

  #checkFrame(
    from: NetworkEnd,
    stays: ReadonlySet<string>,
    destination: string,
    meant: readonly NetworkEnd[],
  ): void {
    const known = new Set(this.#watched.all.map((end) => this.#placeOf(end)));
    const at = this.#placeOf(from);
    const what = `${at}'s frame to ${destination}`;
    const reached = this.#send(from, destination);
    for (const place of new Set(reached)) {
      if (place === at) this.troubles.add(`${what} comes back`);
      else if (!known.has(place)) this.troubles.add(`${what} leaks to ${place}`);
      if (reached.filter((other) => other === place).length > 1) {
        this.troubles.add(`${what} comes twice to ${place}`);
      }
    }
    if (!stays.has(at)) return;
    for (const end of meant) {
      const place = this.#placeOf(end);
      if (place !== at && !reached.includes(place)) this.troubles.add(`${what} misses ${place}`);
    }
  }

  /** The place of each copy that leaves the fabric. */
  #send({ hostPort, vlan }: NetworkEnd, destination: string): readonly string[] {
    const reached: string[] = [];
    const watching = this.#fabric.capture(({ from, to, frame }) => {
      const touchPoint = this.#fabric.topology.touchPoints.get(to);
      if (touchPoint === undefined) return;
      const [first] = this.#fabric.topology.touchPointsAt(touchPoint.port);
      if (first?.hostPort !== to) return;
      reached.push(`${from}/${frame.tags.map(({ vid }) => vid).join() || "none"}`);
    });
    const vlans = vlan === undefined ? [] : [vlan];
    this.#fabric.hostOf(hostPort).send({ vlans, destination });
    watching[Symbol.dispose]();
    for (const host of this.#fabric.hosts.values()) host.clear();
    return reached;
  }

  #placeOf({ hostPort, vlan }: NetworkEnd): string {
    const port = this.#fabric.topology.touchPoints.get(hostPort)?.port;
    return `${port}/${vlan ?? "none"}`;
  }
}

/** The ends that are in both lists. */
export function endsInBoth(
  a: readonly NetworkEnd[],
  b: readonly NetworkEnd[],
): readonly NetworkEnd[] {
  const known = new Set(b.map(textOf));
  return a.filter((end) => known.has(textOf(end)));
}

/** The ends of both lists, each once. */
export function endsOfEither(
  a: readonly NetworkEnd[],
  b: readonly NetworkEnd[],
): readonly NetworkEnd[] {
  return [...new Map([...a, ...b].map((end) => [textOf(end), end])).values()];
}

function textOf({ hostPort, vlan }: NetworkEnd): string {
  return `${hostPort}/${vlan ?? "none"}`;
}
