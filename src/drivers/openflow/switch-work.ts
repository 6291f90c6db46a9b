import type { Converged, Sent } from "./network-change.ts";
import type { NetworkOnSwitch } from "./switch-network.ts";
import { bringTogether, type Outcome, type ReadAll, type Task } from "./switch-together.ts";
import type { SwitchTools } from "./switch-tools.ts";

/** From so many networks on, what is asked of a switch at the same time is done together. */
const MIN_TOGETHER = 8;
const MAX_TOGETHER = 1_024;

/** How many networks can be read in one dump of everything for the price of asking for one. */
const READ_FOR_ONE = 32;

/** How many networks are brought by themselves at once, while others gather. */
const MAX_ALONE = 32;

/** What the work on a switch needs to know of it. */
export interface WorkContext {
  readonly tools: SwitchTools;
  /** Reads everything of ours that the switch holds. */
  readonly holdings: ReadAll;
  /** Of how many networks the switch holds something. */
  readonly networks: () => number;
}

/**
 * The work on the networks of one switch. A few are brought to what is wanted each by itself; many that
 * are asked for at the same time, together: what differs is sent at once, and one dump confirms it.
 */
export class SwitchWork {
  readonly #context: WorkContext;
  readonly #waiting: Waiting[] = [];
  #alone = 0;
  #isTogether = false;
  #isPumping = false;

  constructor(context: WorkContext) {
    this.#context = context;
  }

  /** Brings a network to what is wanted; see {@link NetworkOnSwitch.converge}. */
  bring(task: Task): Promise<Converged> {
    return new Promise((resolve) => {
      this.#waiting.push({ ...task, resolve });
      this.#pumpSoon();
    });
  }

  /** When everybody has asked who asks now. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    void Promise.resolve().then(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#isTogether) return;
    const count = this.#waiting.length;
    if (count >= MIN_TOGETHER && count * READ_FOR_ONE >= this.#context.networks()) {
      void this.#together(this.#waiting.splice(0, MAX_TOGETHER));
      return;
    }
    while (this.#alone < MAX_ALONE) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      void this.#byItself(next);
    }
  }

  async #byItself({ its, rules, signal, resolve }: Waiting, sent?: Sent): Promise<void> {
    this.#alone += 1;
    resolve(await its.converge(rules, signal, sent));
    this.#alone -= 1;
    this.#pumpSoon();
  }

  async #together(taken: readonly Waiting[]): Promise<void> {
    this.#isTogether = true;
    const group = this.#idle(taken);
    const { tools, holdings } = this.#context;
    const outcomes = bringTogether(tools, holdings, group);
    await Promise.all(group.map(({ its }) => its.turns.inTurn(() => outcomes)));
    const ended = await outcomes;
    const again = group.filter((one, index) => this.#conclude(one, ended[index]));
    this.#waiting.unshift(...again);
    this.#isTogether = false;
    this.#pumpSoon();
  }

  /** Those on which nothing is under way; the others wait for that by themselves. */
  #idle(taken: readonly Waiting[]): readonly Waiting[] {
    const seen = new Set<NetworkOnSwitch>();
    return taken.filter((one) => {
      const isIdle = !one.its.turns.isBusy && !seen.has(one.its);
      seen.add(one.its);
      if (!isIdle) void this.#byItself(one);
      return isIdle;
    });
  }

  /** Does what an outcome asks for; true if that is to try again. */
  #conclude(one: Waiting, outcome: Outcome | undefined): boolean {
    if (outcome === undefined || outcome.type === "again") return true;
    if (outcome.type === "ended") one.resolve(outcome.converged);
    else void this.#byItself(one, outcome.type === "unseen" ? outcome.sent : undefined);
    return false;
  }
}

/** A task, and who waits for it. */
interface Waiting extends Task {
  readonly resolve: (converged: Converged) => void;
}
