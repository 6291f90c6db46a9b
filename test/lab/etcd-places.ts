import { run } from "./exec.ts";
import { type LabNamespace, openLabNamespace } from "./lab-namespace.ts";

/** Where a member of a cluster runs. */
export interface EtcdPlace {
  /** What comes before the command that runs there. */
  readonly enter: readonly string[];
  /** The addresses on which it hears its clients, and the other members. */
  readonly clients: string;
  readonly peers: string;
}

/**
 * Places from which members reach each other on other ways than their clients reach them: each has a
 * network namespace, wired to the root namespace and to every other. So a member can be cut off from
 * the others alone.
 */
export class EtcdPlaces {
  readonly #namespaces: readonly LabNamespace[];

  private constructor(namespaces: readonly LabNamespace[]) {
    this.#namespaces = namespaces;
  }

  static async open(count: number): Promise<EtcdPlaces> {
    const namespaces: LabNamespace[] = [];
    const places = new EtcdPlaces(namespaces);
    try {
      while (namespaces.length < count) namespaces.push(await openLabNamespace());
      for (const [index, { name }] of namespaces.entries()) {
        await run(["ip", "-n", name, "addr", "add", `${peerAddress(index)}/32`, "dev", "lo"]);
        for (const other of places.#others(index)) {
          if (other < index) await places.#wire(other, index);
        }
      }
      for (const index of namespaces.keys()) await places.join(index);
      return places;
    } catch (error) {
      places.close();
      throw error;
    }
  }

  get all(): readonly EtcdPlace[] {
    return this.#namespaces.map(({ name, labAddress }, index) => ({
      enter: ["ip", "netns", "exec", name],
      clients: labAddress,
      peers: peerAddress(index),
    }));
  }

  /** From now on nothing that a place sends arrives at any other; nobody is told. */
  async cutOff(index: number): Promise<void> {
    await this.#route(index, (other) => ["blackhole", `${peerAddress(other)}/32`]);
  }

  /** What a place sends to others arrives there, as from the beginning. */
  async join(index: number): Promise<void> {
    await this.#route(index, (other) => [
      ...[`${peerAddress(other)}/32`, "dev", wireTo(other)],
      ...["src", peerAddress(index)],
    ]);
  }

  close(): void {
    for (const namespace of this.#namespaces) namespace.remove();
  }

  #others(index: number): readonly number[] {
    return [...this.#namespaces.keys()].filter((other) => other !== index);
  }

  async #route(index: number, way: (other: number) => readonly string[]): Promise<void> {
    const name = this.#nameOf(index);
    for (const other of this.#others(index)) {
      // Not replaced: the kernel would keep a route that is not a blackhole beside one that is.
      await run(["ip", "-n", name, "route", "flush", `${peerAddress(other)}/32`]);
      await run(["ip", "-n", name, "route", "add", ...way(other)]);
    }
  }

  async #wire(a: number, b: number): Promise<void> {
    const nameA = this.#nameOf(a);
    const nameB = this.#nameOf(b);
    const pair = `type veth peer name ${wireTo(a)} netns ${nameB}`;
    await run(["ip", "-n", nameA, "link", "add", wireTo(b), ...pair.split(" ")]);
    await run(["ip", "-n", nameA, "link", "set", wireTo(b), "up"]);
    await run(["ip", "-n", nameB, "link", "set", wireTo(a), "up"]);
  }

  #nameOf(index: number): string {
    return this.#namespaces[index]?.name ?? "";
  }
}

/** Known in these namespaces only (RFC 2544's range is the labs'). */
function peerAddress(index: number): string {
  return `10.83.0.${index + 1}`;
}

/** The interface of a place towards another. */
function wireTo(other: number): string {
  return `peer${other}`;
}
