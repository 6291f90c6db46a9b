import { pause } from "../../drivers/driver-call.ts";
import { type Clock, steadyMs } from "../../model/clock.ts";
import type { NodeId } from "../../model/ids.ts";
import type { StoreChange } from "../../store/store.ts";
import { Serial } from "../serial.ts";
import type { Charge, Charges, Claim } from "./charges.ts";
import { chargeIn, MASTER, masterKey, masterOf } from "./master-record.ts";
import type { Membership } from "./membership.ts";
import { ranked } from "./rendezvous.ts";
import type { StoreView } from "./store-view.ts";

/** What a mastership works with. */
export interface MastershipContext {
  readonly view: StoreView;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly agent: string;
  readonly charges: Pick<Charges, "of" | "patience" | "setRole">;
  /** Told of every charge that is in service with some agent from now on, or is not any more. */
  readonly changed: (charge: Charge, up: boolean) => void;
}

/** How long everybody waits for those who come before them to claim a charge. */
const TURN_MS = 2_000;
/** How long is waited before something is written again that the store did not take. */
const AGAIN_MS = 200;

/**
 * Who is the master of which charge: records under the leases of the agents. The revision of a claim
 * is the generation that a switch hears, so that whoever claims later fences off who claimed before.
 *
 * Charges are spread over the agents that are there; an agent that does not get one in service in time
 * lets it go to the next.
 */
export class Mastership {
  readonly #context: MastershipContext;
  #charges: readonly Charge[] = [];
  /** What is ours, and the generation of our claim. */
  readonly #own = new Map<Charge, number>();
  readonly #up = new Set<Charge>();
  /** Since when charges are in service with nobody, by our clock. */
  readonly #downSince = new Map<Charge, number>();
  readonly #timers = new Map<Charge, unknown>();
  /** Charges that did not come into service here: all others have their turn before us. */
  readonly #passedOn = new Set<Charge>();
  /** Whether our switches are in service, as we know it. */
  readonly #noted = new Map<Charge, boolean>();
  /** What is written of one charge follows what was written before. */
  readonly #writes = new Serial<Charge>();
  readonly #claiming = new Set<Charge>();
  readonly #closing = new AbortController();
  /** What was begun that nobody waits for. */
  readonly #pending = new Set<Promise<void>>();
  readonly #subscription: Disposable;

  constructor(context: MastershipContext) {
    this.#context = context;
    this.#subscription = context.view.subscribe((change) => this.#hear(change));
  }

  /** Serves these charges from now on; others that were ours are let go. */
  serve(charges: readonly Charge[]): void {
    const { clock, view } = this.#context;
    this.#charges = charges;
    for (const charge of charges) {
      if (!this.#downSince.has(charge)) this.#downSince.set(charge, steadyMs(clock));
      this.#consider(charge);
    }
    for (const charge of [...this.#own.keys()])
      if (!charges.includes(charge)) this.#begin(this.#letGo(charge));
    for (const { key } of view.under(MASTER)) this.#tell(chargeIn(key));
  }

  /** Whether we are the master of a node. */
  isOwn(node: NodeId): boolean {
    return this.#own.has(this.#of(node));
  }

  /** Whether a node is in service with its master. */
  isUp(node: NodeId): boolean {
    return this.#isUp(this.#of(node));
  }

  /** Since when a node has been in service with nobody, as {@link steadyMs} says; undefined while it is. */
  downSince(node: NodeId): number | undefined {
    const charge = this.#of(node);
    const since = this.#downSince.get(charge) ?? Number.NEGATIVE_INFINITY;
    return this.#isUp(charge) ? undefined : since;
  }

  /** Notes that a node of ours is in service, or is not any more. */
  async note(node: NodeId, up: boolean): Promise<void> {
    const charge = this.#of(node);
    if (!this.#own.has(charge)) return;
    this.#noted.set(charge, up);
    await this.#writes.run(charge, () => this.#writeNoted(charge));
  }

  async #writeNoted(charge: Charge): Promise<void> {
    const { membership } = this.#context;
    while (this.#own.has(charge) && membership.lease !== undefined && !this.#isClosed) {
      const up = this.#noted.get(charge) === true;
      if (this.#isUp(charge) === up || (await this.#write(charge, up))) {
        this.#tell(charge);
        return this.#watchOver(charge);
      }
      await this.#pause();
    }
  }

  /** Notes that a switch has heard of a later master. */
  async lost(node: NodeId): Promise<void> {
    const charge = this.#of(node);
    if (this.#own.has(charge)) await this.#letGo(charge);
  }

  /** Lets everything go, for others to take it. */
  async retire(): Promise<void> {
    this.#charges = [];
    await Promise.all([...this.#own.keys()].map((charge) => this.#letGo(charge)));
  }

  /** The lease is over, and everything that was ours is somebody else's. */
  dropAll(): void {
    for (const charge of [...this.#own.keys()]) {
      this.#own.delete(charge);
      this.#begin(this.#setRole(charge, undefined));
    }
  }

  /** There is a lease again. */
  rejoin(): void {
    for (const charge of this.#charges) this.#consider(charge);
  }

  /** Begins nothing more, and waits for what has begun. */
  async close(): Promise<void> {
    this.#subscription[Symbol.dispose]();
    this.#closing.abort();
    for (const charge of [...this.#timers.keys()]) this.#stopTimer(charge);
    await Promise.all(this.#pending);
    await this.#writes.idle();
  }

  #begin(work: Promise<void>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  #hear({ puts, deletes }: StoreChange): void {
    for (const { key } of puts) {
      if (!key.startsWith(MASTER)) continue;
      this.#tell(chargeIn(key));
      this.#dropStray(chargeIn(key));
      if (!this.#isInOurName(chargeIn(key))) this.#passedOn.delete(chargeIn(key));
    }
    for (const key of deletes) {
      if (!key.startsWith(MASTER)) continue;
      const charge = chargeIn(key);
      this.#tell(charge);
      if (this.#charges.includes(charge)) this.#consider(charge);
    }
    for (const { key } of puts) {
      if (key.startsWith("agent/")) this.#makeRoom(key.slice("agent/".length));
    }
  }

  /** A claim of ours that was made although we were not told is nobody's. */
  #dropStray(charge: Charge): void {
    const isStray =
      this.#isInOurName(charge) && !this.#own.has(charge) && !this.#claiming.has(charge);
    if (isStray) this.#begin(this.#letGo(charge));
  }

  #isInOurName(charge: Charge): boolean {
    const { view, membership } = this.#context;
    const { lease } = membership;
    return lease !== undefined && view.get(masterKey(charge))?.lease === lease;
  }

  /** An agent that has joined gets what is its turn. */
  #makeRoom(agent: string): void {
    for (const charge of [...this.#own.keys()]) {
      if (ranked(charge, this.#context.membership.agents)[0] === agent)
        this.#begin(this.#letGo(charge));
    }
  }

  /** Claims a charge that is nobody's when it is our turn. */
  #consider(charge: Charge): void {
    const { view, membership, agent } = this.#context;
    if (view.get(masterKey(charge)) !== undefined) return;
    const { agents } = membership;
    const turn = ranked(charge, agents).indexOf(agent);
    if (turn < 0) return;
    const place = this.#passedOn.has(charge) ? agents.length : turn;
    const claim = (): void => this.#begin(this.#claim(charge));
    if (place === 0) claim();
    else this.#after(charge, place * TURN_MS, claim);
  }

  async #claim(charge: Charge): Promise<void> {
    const { view, membership, agent } = this.#context;
    const { lease } = membership;
    this.#passedOn.delete(charge);
    if (lease === undefined || view.get(masterKey(charge)) !== undefined) return;
    const key = masterKey(charge);
    const write = { type: "put" as const, key, value: { agent, up: false }, lease };
    this.#claiming.add(charge);
    const claimed = await view.commit({ compare: [{ key, revision: 0 }], writes: [write] });
    this.#claiming.delete(charge);
    if (claimed.isErr()) {
      this.#dropStray(charge);
      return this.#after(charge, AGAIN_MS, () => this.#consider(charge));
    }
    // Who was stopped in between may have lost its lease by now.
    if (this.#isClosed || membership.lease !== lease) return;
    this.#noted.delete(charge);
    this.#own.set(charge, claimed.value);
    this.#watchOver(charge);
    await this.#setRole(charge, {
      generation: BigInt(claimed.value),
      stands: () => membership.lease === lease && this.#own.get(charge) === claimed.value,
    });
  }

  /** Lets a charge go that does not come into service here. */
  #watchOver(charge: Charge): void {
    if (this.#isUp(charge)) this.#stopTimer(charge);
    else {
      const { serviceMs } = this.#context.charges.patience(charge);
      this.#after(charge, serviceMs, () => this.#begin(this.#passOn(charge)));
    }
  }

  async #passOn(charge: Charge): Promise<void> {
    const { agents } = this.#context.membership;
    if (!this.#own.has(charge) || this.#isUp(charge)) return;
    if (agents.length < 2) return this.#watchOver(charge);
    this.#passedOn.add(charge);
    await this.#letGo(charge);
  }

  async #letGo(charge: Charge): Promise<void> {
    this.#own.delete(charge);
    await this.#setRole(charge, undefined);
    await this.#writes.run(charge, () => this.#writeFree(charge));
  }

  async #writeFree(charge: Charge): Promise<void> {
    const { view } = this.#context;
    const key = masterKey(charge);
    while (this.#isInOurName(charge) && !this.#own.has(charge) && !this.#isClosed) {
      const compare = [{ key, revision: view.revision(key) }];
      const freed = await view.commit({ compare, writes: [{ type: "delete", key }] });
      if (freed.isOk()) return this.#tell(charge);
      await this.#pause();
    }
  }

  async #write(charge: Charge, up: boolean): Promise<boolean> {
    const { view, membership, agent } = this.#context;
    const { lease } = membership;
    if (lease === undefined) return false;
    const key = masterKey(charge);
    const compare = [{ key, revision: view.revision(key) }];
    const write = { type: "put" as const, key, value: { agent, up }, lease };
    return (await view.commit({ compare, writes: [write] })).isOk();
  }

  #setRole(charge: Charge, claim: Claim | undefined): Promise<void> {
    return this.#context.charges.setRole(charge, claim);
  }

  #of(node: NodeId): Charge {
    return this.#context.charges.of(node);
  }

  #isUp(charge: Charge): boolean {
    return masterOf(this.#context.view, charge)?.up === true;
  }

  #tell(charge: Charge): void {
    const up = this.#isUp(charge);
    if (up === this.#up.has(charge)) return;
    if (up) this.#up.add(charge);
    else {
      this.#up.delete(charge);
      this.#downSince.set(charge, steadyMs(this.#context.clock));
    }
    this.#context.changed(charge, up);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #pause(): Promise<void> {
    return pause(this.#context.clock, AGAIN_MS, this.#closing.signal);
  }

  #after(charge: Charge, ms: number, then: () => void): void {
    this.#stopTimer(charge);
    if (this.#isClosed) return;
    this.#timers.set(charge, this.#context.clock.setTimeout(then, ms));
  }

  #stopTimer(charge: Charge): void {
    this.#context.clock.clearTimeout(this.#timers.get(charge));
    this.#timers.delete(charge);
  }
}
