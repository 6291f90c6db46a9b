import type { DcnsAgent } from "../../src/dcns.ts";
import { flowMod } from "../../src/drivers/openflow/wire/flow.ts";
import { ourFlows } from "../../test/support/switch-state.ts";
import type { CallersContext } from "./callers.ts";
import type { Dice } from "./dice.ts";
import type { Expectations } from "./expectations.ts";
import type { Scenario } from "./scenario.ts";
import type { World } from "./world.ts";

/** What befalls links, switches, agents and the wide area. */
export class Mishaps {
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #dice: Dice;
  readonly #expectations: Expectations;
  readonly #note: (what: string) => void;
  readonly #down = new Set<string>();
  readonly #off = new Set<string>();
  readonly #away = new Set<string>();

  constructor({ world, scenario, dice, expectations, note }: CallersContext) {
    this.#world = world;
    this.#scenario = scenario;
    this.#dice = dice;
    this.#expectations = expectations;
    this.#note = note;
  }

  /** One of them, or none, which is the most likely; gives whether there was one. */
  async happen(): Promise<boolean> {
    const { flap, power, disconnect, forget, crash, pause, wideArea } = this.#scenario.mishaps;
    const mishaps: readonly (readonly [number, () => void | Promise<void>])[] = [
      [flap, () => this.#flap()],
      [power, () => this.#power()],
      [disconnect, () => this.#disconnect()],
      [forget, () => this.#forget()],
      [crash, () => this.#crash()],
      [pause, () => this.#pause()],
      [wideArea, () => this.#note(this.#world.wideArea?.mishap() ?? "")],
    ];
    let drawn = this.#dice.below(100);
    for (const [percent, happen] of mishaps) {
      drawn -= percent;
      if (drawn >= 0) continue;
      await happen();
      return true;
    }
    return false;
  }

  #flap(): void {
    const link = this.#dice.pick([...this.#world.topology.links.keys()]);
    const up = this.#down.delete(link);
    if (!up) this.#down.add(link);
    this.#note(`link ${link} ${up ? "up" : "down"}`);
    this.#world.fabric.setLink(link, up);
  }

  #power(): void {
    const node = this.#dice.pick([...this.#world.fabric.switches.keys()]);
    const isOff = this.#off.delete(node);
    this.#note(`switch ${node} ${isOff ? "on" : "off"}`);
    if (isOff) this.#world.powerOn(node);
    else {
      this.#off.add(node);
      this.#world.powerOff(node);
    }
  }

  #disconnect(): void {
    const node = this.#dice.pick([...this.#world.fabric.switches.keys()]);
    if (this.#off.has(node)) return;
    const at = this.#world.fabric.switchOf(node);
    if (this.#away.delete(node)) at.connect();
    else if (this.#dice.chance(0.5)) at.breakConnections();
    else {
      this.#away.add(node);
      at.disconnect();
    }
    this.#note(`switch ${node} ${this.#away.has(node) ? "is cut off" : "dials"}`);
  }

  /** A switch loses a rule of ours, and nobody is told. */
  #forget(): void {
    const node = this.#dice.pick([...this.#world.fabric.switches.keys()]);
    const at = this.#world.fabric.switchOf(node);
    const flows = ourFlows(at);
    if (flows.length === 0) return;
    const { table, priority, match, cookie } = this.#dice.pick(flows);
    this.#note(`switch ${node} forgets a flow`);
    const gone = flowMod({ command: "delete-strict", table, priority, match, cookie });
    at.inject(gone)._unsafeUnwrap();
  }

  async #crash(): Promise<void> {
    if (this.#world.agents.length === 0) return this.start();
    const agent = this.#dice.pick(this.#world.agents);
    this.kill(agent);
    if (this.#scenario.file && this.#dice.chance(0.5)) {
      this.#note("the power of its machine is cut");
      this.#world.cutPower();
    }
    if (this.#dice.chance(0.7)) await this.start();
  }

  /** The process of an agent dies. */
  kill(agent: DcnsAgent): void {
    this.#note("an agent dies");
    this.#world.crash(agent);
    this.#expectations.agentDied(agent);
  }

  /** Agents are started wherever none runs. */
  async start(): Promise<void> {
    await this.#world.start();
    this.#note(`${this.#world.agents.length} agents run`);
  }

  async #pause(): Promise<void> {
    if (this.#world.agents.length === 0) return;
    this.#note("an agent is stopped for a while");
    this.#world.stop(this.#dice.pick(this.#world.agents));
    await this.#world.clock.advance(this.#dice.pick([10, 500, 8_000, 40_000]));
    this.#world.resume();
  }
}
