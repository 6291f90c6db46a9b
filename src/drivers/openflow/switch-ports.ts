import type { NodeView } from "../../model/domain-view.ts";
import type { PortRef } from "../../model/ids.ts";
import type { PortQueues } from "./compile/exits.ts";
import { type EgressQueues, queuesAt } from "./egress-queues.ts";
import { portConfig, portState } from "./wire/constants.ts";
import type { Port, PortStatus } from "./wire/port.ts";

/** The ports of a node on the switch that it is now: their numbers, whether they are up, how frames leave. */
export class SwitchPorts {
  #view: NodeView;
  readonly #wantedQueues: EgressQueues | undefined;
  #queues: PortQueues;
  readonly #ports: Map<number, Port>;
  /** {@link numbers}, until something changes. */
  #numbers: ReadonlyMap<PortRef, number> | undefined;

  constructor(view: NodeView, ports: readonly Port[], queues?: EgressQueues) {
    this.#view = view;
    this.#wantedQueues = queues;
    this.#queues = queuesAt(view, queues);
    this.#ports = new Map(ports.map((port) => [port.port, port]));
  }

  /** Takes another inventory of the same node. */
  setView(view: NodeView): void {
    this.#view = view;
    this.#queues = queuesAt(view, this.#wantedQueues);
    this.#numbers = undefined;
  }

  /** Takes note of a change at the switch. */
  update({ reason, port }: PortStatus): void {
    if (reason === "delete") this.#ports.delete(port.port);
    else this.#ports.set(port.port, port);
    this.#numbers = undefined;
  }

  /** The numbers of those ports that the switch has; the others are missing. */
  numbers(): ReadonlyMap<PortRef, number> {
    this.#numbers ??= this.#findNumbers();
    return this.#numbers;
  }

  /** The numbers of all ports of the switch. */
  all(): readonly number[] {
    return [...this.#ports.keys()];
  }

  /** The queues by which frames are to leave, where they are to leave by one. */
  queues(): PortQueues {
    return this.#queues;
  }

  /** Whether each port is up; one that the switch does not have is down. */
  states(): ReadonlyMap<PortRef, boolean> {
    return new Map(this.#resolved().map(([ref, port]) => [ref, port !== undefined && isUp(port)]));
  }

  #findNumbers(): ReadonlyMap<PortRef, number> {
    const numbers = new Map<PortRef, number>();
    for (const [ref, port] of this.#resolved()) {
      if (port !== undefined) numbers.set(ref, port.port);
    }
    return numbers;
  }

  /** A port is known by its number if it is given, otherwise by its name. */
  #resolved(): readonly (readonly [PortRef, Port | undefined])[] {
    const byName = new Map([...this.#ports.values()].map((port) => [port.name, port]));
    return this.#view.ports.map(({ ref, ofPort, name }) => {
      if (ofPort !== undefined) return [ref, this.#ports.get(ofPort)];
      return [ref, name === undefined ? undefined : byName.get(name)];
    });
  }
}

function isUp({ config, state }: Port): boolean {
  return (config & portConfig.down) === 0 && (state & portState.linkDown) === 0;
}
