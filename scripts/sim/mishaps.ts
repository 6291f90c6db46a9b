import type { DcnsAgent } from "../../src/dcns.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import { ourFlows } from "../../test/support/switch-state.ts";
import type { HistoryContext } from "./history-context.ts";

/** What befalls links, switches, agents and the wide area. */
export class Mishaps {
  readonly #context: HistoryContext;
  readonly #down = new Set<string>();
  readonly #off = new Set<string>();
  readonly #away = new Set<string>();

  constructor(context: HistoryContext) {
    this.#context = context;
  }

  /** One of them, or none, which is the most likely; gives whether there was one. */
  async happen(): Promise<boolean> {
    const { flap, power, disconnect, forget, crash, pause, wideArea } =
      this.#context.scenario.mishaps;
    const mishaps: readonly (readonly [number, () => void | Promise<void>])[] = [
      [flap, () => this.#flap()],
      [power, () => this.#power()],
      [disconnect, () => this.#disconnect()],
      [forget, () => this.#forget()],
      [crash, () => this.#crash()],
      [pause, () => this.#pause()],
      [wideArea, () => this.#context.note(this.#context.world.wideArea?.mishap() ?? "")],
    ];
    let drawn = this.#context.dice.below(100);
    for (const [percent, happen] of mishaps) {
      drawn -= percent;
      if (drawn >= 0) continue;
      await happen();
      return true;
    }
    return false;
  }

  #flap(): void {
    const link = this.#context.dice.pick([...this.#context.world.topology.links.keys()]);
    const up = this.#down.delete(link);
    if (!up) this.#down.add(link);
    this.#context.note(`link ${link} ${up ? "up" : "down"}`);
    this.#context.world.fabric.setLink(link, up);
  }

  #power(): void {
    const node = this.#context.dice.pick([...this.#context.world.fabric.switches.keys()]);
    const isOff = this.#off.delete(node);
    this.#context.note(`switch ${node} ${isOff ? "on" : "off"}`);
    if (isOff) this.#context.world.powerOn(node);
    else {
      this.#off.add(node);
      this.#context.world.powerOff(node);
    }
  }

  #disconnect(): void {
    const node = this.#context.dice.pick([...this.#context.world.fabric.switches.keys()]);
    if (this.#off.has(node)) return;
    const at = this.#context.world.fabric.switchOf(node);
    if (this.#away.delete(node)) at.connect();
    else if (this.#context.dice.chance(0.5)) at.breakConnections();
    else {
      this.#away.add(node);
      at.disconnect();
    }
    this.#context.note(`switch ${node} ${this.#away.has(node) ? "is cut off" : "dials"}`);
  }

  /** A switch loses a rule of ours, and nobody is told. */
  #forget(): void {
    const node = this.#context.dice.pick([...this.#context.world.fabric.switches.keys()]);
    const at = this.#context.world.fabric.switchOf(node);
    const flows = ourFlows(at);
    if (flows.length === 0) return;
    const { table, priority, match, cookie } = this.#context.dice.pick(flows);
    this.#context.note(`switch ${node} forgets a flow`);
    const gone = flowMod({ command: "delete-strict", table, priority, match, cookie });
    at.inject(gone)._unsafeUnwrap();
  }

  async #crash(): Promise<void> {
    if (this.#context.world.agents.length === 0) return this.start();
    const agent = this.#context.dice.pick(this.#context.world.agents);
    this.kill(agent);
    if (this.#context.scenario.file && this.#context.dice.chance(0.5)) {
      this.#context.note("the power of its machine is cut");
      this.#context.world.cutPower();
    }
    if (this.#context.dice.chance(0.7)) await this.start();
  }

  /** The process of an agent dies. */
  kill(agent: DcnsAgent): void {
    this.#context.note("an agent dies");
    this.#context.world.crash(agent);
    this.#context.expectations.agentDied(agent);
  }

  /** Agents are started wherever none runs. */
  async start(): Promise<void> {
    await this.#context.world.start();
    this.#context.note(`${this.#context.world.agents.length} agents run`);
  }

  async #pause(): Promise<void> {
    if (this.#context.world.agents.length === 0) return;
    this.#context.note("an agent is stopped for a while");
    this.#context.world.stop(this.#context.dice.pick(this.#context.world.agents));
    await this.#context.world.clock.advance(this.#context.dice.pick([10, 500, 8_000, 40_000]));
    this.#context.world.resume();
  }
}
