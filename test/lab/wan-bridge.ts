import type { CircuitChange } from "../../src/testing/index.ts";
import type { OvsLab } from "./ovs-lab.ts";

/** The OpenFlow number of a port of the bridge, by the provider's name for it. */
export type PortNumbers = (name: string) => number;

/**
 * The data plane of a wide-area domain that somebody else runs: a bridge that only its provider
 * programs. Circuits are done one after the other, in the order in which they change.
 */
export class WanBridge {
  readonly #lab: OvsLab;
  readonly #bridge: string;
  readonly #numberOf: PortNumbers;
  readonly #circuits = new Map<string, number>();
  /** What has been done, in order. */
  readonly done: CircuitChange["type"][] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(lab: OvsLab, bridge: string, numberOf: PortNumbers) {
    this.#lab = lab;
    this.#bridge = bridge;
    this.#numberOf = numberOf;
  }

  /** To be told of every change of a circuit. */
  readonly change = (change: CircuitChange): void => {
    this.#last = this.#last.then(() => this.#carryOut(change));
  };

  /** Resolves when the bridge is as the circuits are. */
  async idle(): Promise<void> {
    await this.#last;
    await this.#lab.settle();
  }

  /** Each circuit is a cookie and a meter of its own. Between two ends frames go across, tags changed. */
  async #carryOut({ type, circuit: { id, ends, mbps } }: CircuitChange): Promise<void> {
    this.done.push(type);
    const bridge = this.#bridge;
    const number = this.#circuits.get(id) ?? this.#circuits.size + 1;
    this.#circuits.set(id, number);
    const ofctl = (...command: string[]) => this.#lab.ofctl(command);
    if (type !== "up") {
      await ofctl("del-flows", bridge, `cookie=${number}/-1`);
      await ofctl("del-meter", bridge, `meter=${number}`);
    }
    if (type === "down") return;
    const rate = `meter=${number},kbps,band=type=drop,rate=${mbps * 1000}`;
    await ofctl("add-meter", bridge, rate);
    for (const from of ends) {
      const others = ends.filter((end) => end !== from);
      const out = others.flatMap(({ port, tag }) => {
        const tagged = tag === "untagged" ? "strip_vlan" : `set_field:${4096 + tag}->vlan_vid`;
        return [tagged, `output:${this.#numberOf(port)}`];
      });
      const match = `in_port=${this.#numberOf(from.port)},dl_vlan=${from.tag === "untagged" ? "0xffff" : from.tag}`;
      await ofctl(
        "add-flow",
        bridge,
        `cookie=${number},${match},actions=meter:${number},${out.join(",")}`,
      );
    }
  }
}
