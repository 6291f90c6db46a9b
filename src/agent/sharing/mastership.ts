import * as v from "valibot";
import type { DriverBase, NodeRole } from "../../drivers/driver-base.ts";
import { pause } from "../../drivers/driver-call.ts";
import type { Clock } from "../../model/clock.ts";
import { type NodeId, nodeId } from "../../model/ids.ts";
import type { StoreChange } from "../../store/store.ts";
import { Serial } from "../serial.ts";
import type { Membership } from "./membership.ts";
import { ranked } from "./rendezvous.ts";
import type { StoreView } from "./store-view.ts";

/** What a mastership works with. */
export interface MastershipContext {
  readonly view: StoreView;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly agent: string;
  /** The driver of a node; undefined where nodes have no masters. */
  readonly driverOf: (node: NodeId) => DriverBase | undefined;
  /** Told of every node that is in service with some agent from now on, or is not any more. */
  readonly changed: (node: NodeId, up: boolean) => void;
}

/** What the keys begin with that say who is the master of a node; its id follows. */
export const MASTER = "master/";
/** How long everybody waits for those who come before them to claim a node. */
const TURN_MS = 2_000;
/** How long is waited before something is written again that the store did not take. */
const AGAIN_MS = 200;

const schema = v.object({ agent: v.string(), up: v.boolean() });

/**
 * Who is the master of which node: records under the leases of the agents. The revision of a claim is
 * the generation that the switch hears, so that whoever claims later fences off who claimed before.
 *
 * Nodes are spread over the agents that are there; an agent that does not get one in service in time,
 * lets it go to the next.
 */
export class Mastership implements Disposable {
  readonly #context: MastershipContext;
  #nodes: readonly NodeId[] = [];
  /** The nodes that are ours, and the generation of our claim. */
  readonly #own = new Map<NodeId, number>();
  readonly #up = new Set<NodeId>();
  /** Since when nodes are in service with nobody, by our clock. */
  readonly #downSince = new Map<NodeId, number>();
  readonly #timers = new Map<NodeId, unknown>();
  /** Nodes that did not come into service here: all others have their turn before us. */
  readonly #passedOn = new Set<NodeId>();
  /** Whether our switches are in service, as we know it. */
  readonly #noted = new Map<NodeId, boolean>();
  /** What is written of one node follows what was written before. */
  readonly #writes = new Serial<NodeId>();
  readonly #claiming = new Set<NodeId>();
  readonly #closing = new AbortController();
  readonly #subscription: Disposable;

  constructor(context: MastershipContext) {
    this.#context = context;
    this.#subscription = context.view.subscribe((change) => this.#hear(change));
  }

  /** Serves these nodes from now on; others that were ours are let go. */
  serve(nodes: readonly NodeId[]): void {
    const { clock, view } = this.#context;
    this.#nodes = nodes;
    for (const node of nodes) {
      if (!this.#downSince.has(node)) this.#downSince.set(node, clock.now());
      this.#consider(node);
    }
    for (const node of [...this.#own.keys()]) if (!nodes.includes(node)) void this.#letGo(node);
    for (const { key } of view.under(MASTER)) this.#tell(nodeOf(key));
  }

  /** Whether we are the master of a node. */
  isOwn(node: NodeId): boolean {
    return this.#own.has(node);
  }

  /** Whether a node is in service with its master. */
  isUp(node: NodeId): boolean {
    return this.#masterOf(node)?.up === true;
  }

  /** Since when a node has been in service with nobody; undefined while it is. */
  downSince(node: NodeId): number | undefined {
    return this.isUp(node) ? undefined : (this.#downSince.get(node) ?? 0);
  }

  /** Notes that a node of ours is in service, or is not any more. */
  async note(node: NodeId, up: boolean): Promise<void> {
    if (!this.#own.has(node)) return;
    this.#noted.set(node, up);
    await this.#writes.run(node, () => this.#writeNoted(node));
  }

  async #writeNoted(node: NodeId): Promise<void> {
    const { membership } = this.#context;
    while (this.#own.has(node) && membership.lease !== undefined && !this.#isClosed) {
      const up = this.#noted.get(node) === true;
      if (this.isUp(node) === up || (await this.#write(node, up))) {
        this.#tell(node);
        return this.#watchOver(node);
      }
      await this.#pause();
    }
  }

  /** Notes that a switch has heard of a later master. */
  async lost(node: NodeId): Promise<void> {
    if (this.#own.has(node)) await this.#letGo(node);
  }

  /** Lets everything go, for others to take it. */
  async retire(): Promise<void> {
    this.#nodes = [];
    await Promise.all([...this.#own.keys()].map((node) => this.#letGo(node)));
  }

  /** The lease is over, and everything that was ours is somebody else's. */
  dropAll(): void {
    for (const node of [...this.#own.keys()]) {
      this.#own.delete(node);
      void this.#setRole(node, { role: "slave" });
    }
  }

  /** There is a lease again. */
  rejoin(): void {
    for (const node of this.#nodes) this.#consider(node);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#closing.abort();
    for (const timer of this.#timers.values()) this.#context.clock.clearTimeout(timer);
  }

  #hear({ puts, deletes }: StoreChange): void {
    for (const { key } of puts) {
      if (!key.startsWith(MASTER)) continue;
      this.#tell(nodeOf(key));
      this.#dropStray(nodeOf(key));
      if (!this.#isInOurName(nodeOf(key))) this.#passedOn.delete(nodeOf(key));
    }
    for (const key of deletes) {
      if (!key.startsWith(MASTER)) continue;
      const node = nodeOf(key);
      this.#tell(node);
      if (this.#nodes.includes(node)) this.#consider(node);
    }
    for (const { key } of puts) {
      if (key.startsWith("agent/")) this.#makeRoom(key.slice("agent/".length));
    }
  }

  /** A claim of ours that was made although we were not told is nobody's. */
  #dropStray(node: NodeId): void {
    const isStray = this.#isInOurName(node) && !this.#own.has(node) && !this.#claiming.has(node);
    if (isStray) void this.#letGo(node);
  }

  #isInOurName(node: NodeId): boolean {
    const { view, membership } = this.#context;
    const { lease } = membership;
    return lease !== undefined && view.get(keyOf(node))?.lease === lease;
  }

  /** An agent that has joined gets what is its turn. */
  #makeRoom(agent: string): void {
    for (const node of [...this.#own.keys()]) {
      if (ranked(node, this.#context.membership.agents)[0] === agent) void this.#letGo(node);
    }
  }

  /** Claims a node that is nobody's when it is our turn. */
  #consider(node: NodeId): void {
    const { view, membership, agent } = this.#context;
    if (view.get(keyOf(node)) !== undefined) return;
    const { agents } = membership;
    const turn = ranked(node, agents).indexOf(agent);
    if (turn < 0) return;
    const place = this.#passedOn.has(node) ? agents.length : turn;
    if (place === 0) void this.#claim(node);
    else this.#after(node, place * TURN_MS, () => void this.#claim(node));
  }

  async #claim(node: NodeId): Promise<void> {
    const { view, membership, agent } = this.#context;
    const { lease } = membership;
    this.#passedOn.delete(node);
    if (lease === undefined || view.get(keyOf(node)) !== undefined) return;
    const key = keyOf(node);
    const write = { type: "put" as const, key, value: { agent, up: false }, lease };
    this.#claiming.add(node);
    const claimed = await view.commit({ compare: [{ key, revision: 0 }], writes: [write] });
    this.#claiming.delete(node);
    if (claimed.isErr()) {
      this.#dropStray(node);
      return this.#after(node, AGAIN_MS, () => this.#consider(node));
    }
    // Who was stopped in between may have lost its lease by now.
    if (this.#isClosed || membership.lease !== lease) return;
    this.#noted.delete(node);
    this.#own.set(node, claimed.value);
    this.#watchOver(node);
    await this.#setRole(node, { role: "master", generation: BigInt(claimed.value) });
  }

  /** Lets a node go that does not come into service here. */
  #watchOver(node: NodeId): void {
    if (this.isUp(node)) this.#stopTimer(node);
    else this.#after(node, TURN_MS, () => void this.#passOn(node));
  }

  async #passOn(node: NodeId): Promise<void> {
    const { agents } = this.#context.membership;
    if (!this.#own.has(node) || this.isUp(node)) return;
    if (agents.length < 2) return this.#watchOver(node);
    this.#passedOn.add(node);
    await this.#letGo(node);
  }

  async #letGo(node: NodeId): Promise<void> {
    this.#own.delete(node);
    await this.#setRole(node, { role: "slave" });
    await this.#writes.run(node, () => this.#writeFree(node));
  }

  async #writeFree(node: NodeId): Promise<void> {
    const { view } = this.#context;
    const key = keyOf(node);
    while (this.#isInOurName(node) && !this.#own.has(node) && !this.#isClosed) {
      const compare = [{ key, revision: view.revision(key) }];
      const freed = await view.commit({ compare, writes: [{ type: "delete", key }] });
      if (freed.isOk()) return this.#tell(node);
      await this.#pause();
    }
  }

  async #write(node: NodeId, up: boolean): Promise<boolean> {
    const { view, membership, agent } = this.#context;
    const { lease } = membership;
    if (lease === undefined) return false;
    const key = keyOf(node);
    const compare = [{ key, revision: view.revision(key) }];
    const write = { type: "put" as const, key, value: { agent, up }, lease };
    return (await view.commit({ compare, writes: [write] })).isOk();
  }

  async #setRole(node: NodeId, role: NodeRole): Promise<void> {
    await this.#context.driverOf(node)?.setRole?.(node, role);
  }

  #masterOf(node: NodeId): v.InferOutput<typeof schema> | undefined {
    const record = v.safeParse(schema, this.#context.view.get(keyOf(node))?.value);
    return record.success ? record.output : undefined;
  }

  #tell(node: NodeId): void {
    const up = this.isUp(node);
    if (up === this.#up.has(node)) return;
    if (up) this.#up.add(node);
    else {
      this.#up.delete(node);
      this.#downSince.set(node, this.#context.clock.now());
    }
    this.#context.changed(node, up);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #pause(): Promise<void> {
    return pause(this.#context.clock, AGAIN_MS, this.#closing.signal);
  }

  #after(node: NodeId, ms: number, then: () => void): void {
    this.#stopTimer(node);
    if (this.#isClosed) return;
    this.#timers.set(node, this.#context.clock.setTimeout(then, ms));
  }

  #stopTimer(node: NodeId): void {
    this.#context.clock.clearTimeout(this.#timers.get(node));
    this.#timers.delete(node);
  }
}

function keyOf(node: NodeId): string {
  return `${MASTER}${node}`;
}

function nodeOf(key: string): NodeId {
  return nodeId(key.slice(MASTER.length));
}
