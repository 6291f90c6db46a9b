import type { LinkId, NodeId, PortRef } from "../model/ids.ts";
import type { LinkState } from "../pce/index.ts";
import type { Link } from "../topology/elements.ts";
import type { Topology } from "../topology.ts";

/** Which links are up: by what ports say, by which nodes are lost, and by what is held down. */
export class LinkStates {
  readonly #topology: () => Topology;
  /** Another object whenever a port, a node or a hold has changed. */
  #version: object = {};
  readonly #downPorts = new Set<PortRef>();
  readonly #held = new Set<LinkId>();
  /** Nodes of which nobody knows any more how they fare. */
  readonly #lostNodes = new Set<NodeId>();

  constructor(topology: () => Topology) {
    this.#topology = topology;
  }

  /** What plans are made on. */
  get linkState(): LinkState {
    return { isUp: this.isUp, version: this.#version };
  }

  /** Whether a port or a node is down; holds follow from those. */
  get mayBeDown(): boolean {
    return this.#lostNodes.size > 0 || this.#downPorts.size > 0;
  }

  readonly isUp = (id: LinkId): boolean => this.isWhole(id) && !this.#held.has(id);

  /** Whether both ports of a link are up and its nodes are there, held down or not. */
  isWhole(id: LinkId): boolean {
    const link = this.#topology().links.get(id);
    if (link === undefined || this.#downPorts.has(link.a) || this.#downPorts.has(link.b)) {
      return false;
    }
    return ![...this.#lostNodes].some((node) => this.#joins(link, node));
  }

  /** Notes a port's state; gives the links whose state that changed. */
  setPort(port: PortRef, up: boolean): readonly LinkId[] {
    const links = this.#topology().linksAt(port);
    const before = new Set(links.filter(({ id }) => this.isUp(id)));
    this.#version = {};
    if (up) this.#downPorts.delete(port);
    else this.#downPorts.add(port);
    return links.filter((link) => this.isUp(link.id) !== before.has(link)).map(({ id }) => id);
  }

  /** Notes that a node is lost, or is not any more; gives the links whose state that changed. */
  setLost(node: NodeId, lost: boolean): readonly LinkId[] {
    const links = [...this.#topology().links.values()].filter((link) => this.#joins(link, node));
    const before = new Set(links.filter(({ id }) => this.isUp(id)));
    this.#version = {};
    if (lost) this.#lostNodes.add(node);
    else this.#lostNodes.delete(node);
    return links.filter((link) => this.isUp(link.id) !== before.has(link)).map(({ id }) => id);
  }

  /** Holds a link down however its ports are, or lets it go; true when that changed its state. */
  setHeld(link: LinkId, held: boolean): boolean {
    const before = this.isUp(link);
    this.#version = {};
    if (held) this.#held.add(link);
    else this.#held.delete(link);
    return this.isUp(link) !== before;
  }

  #joins({ a, b }: Pick<Link, "a" | "b">, node: NodeId): boolean {
    const { ports } = this.#topology();
    return ports.get(a)?.node === node || ports.get(b)?.node === node;
  }
}
