import { err, ok, type Result, type ResultAsync } from "neverthrow";
import type { PortRef } from "../../../model/ids.ts";
import type { Dialect } from "../compile/dialect.ts";
import type { ProgramOptions } from "../driver-options.ts";
import type { SwitchSession } from "../session.ts";
import { describeSessionError } from "../session-error.ts";
import type { SwitchPorts } from "../switch-ports.ts";
import type { Action } from "../wire/action.ts";
import { NO_BUFFER } from "../wire/constants.ts";
import type { FlowMod } from "../wire/flow.ts";
import type { OfVersion } from "../wire/version.ts";

/** What a prober works with: one connection of one switch. */
export interface SwitchProberTools {
  readonly session: SwitchSession;
  readonly ports: SwitchPorts;
  readonly dialect: Dialect;
  readonly version: OfVersion;
  readonly options: ProgramOptions;
}

/** A packet that a switch is to send as if it had come in by a port. */
export interface Injection {
  readonly inPort: number;
  readonly actions: readonly Action[];
  readonly data: Uint8Array;
}

/** Sends packets out of one switch, catches others there, and installs what that takes. */
export class SwitchProber {
  readonly #tools: SwitchProberTools;

  constructor(tools: SwitchProberTools) {
    this.#tools = tools;
  }

  get version(): OfVersion {
    return this.#tools.version;
  }

  get options(): ProgramOptions {
    return this.#tools.options;
  }

  /** The numbers of the ports that the switch has. */
  numbers(): ReadonlyMap<PortRef, number> {
    return this.#tools.ports.numbers();
  }

  /** Whether each port is up. */
  states(): ReadonlyMap<PortRef, boolean> {
    return this.#tools.ports.states();
  }

  /** Installs flows; the error says why the switch does not hold them all. */
  install(flows: readonly FlowMod[], signal?: AbortSignal): ResultAsync<void, string> {
    const { session, dialect } = this.#tools;
    return session
      .batch(flows.map(dialect.spoken), signal === undefined ? {} : { signal })
      .map(() => undefined)
      .mapErr(describeSessionError);
  }

  /** Removes flows that {@link install} put there, whether they are all there or not. */
  remove(flows: readonly FlowMod[]): ResultAsync<void, string> {
    const gone = flows.map(
      (flow): FlowMod => ({
        ...flow,
        command: "delete-strict",
        cookieMask: ALL_BITS,
        hardTimeoutS: 0,
        instructions: [],
      }),
    );
    return this.install(gone);
  }

  /** Has the switch send a packet; an error says why it cannot be asked. */
  send({ inPort, actions, data }: Injection): Result<void, string> {
    const message = { type: "packet-out", bufferId: NO_BUFFER, inPort, actions, data } as const;
    return this.#tools.session.send(message).match(
      () => ok(undefined),
      (error) => err(describeSessionError(error)),
    );
  }

  /** Calls `listener` with every packet that the switch sends here, until disposed. */
  onPacket(listener: (inPort: number | undefined, data: Uint8Array) => void): Disposable {
    return this.#tools.session.subscribe((event) => {
      if (event.type !== "packet-in") return;
      const port = event.match.find(({ field }) => field === "in_port")?.value;
      listener(typeof port === "number" ? port : undefined, event.data);
    });
  }

  /** Calls `listener` with the address that a flow was for which has gone from the switch, until disposed. */
  onFlowRemoved(listener: (destination: string) => void): Disposable {
    return this.#tools.session.subscribe((event) => {
      if (event.type !== "flow-removed") return;
      const address = event.match.find(({ field }) => field === "eth_dst")?.value;
      if (typeof address === "string") listener(address);
    });
  }

  /** Calls `listener` when the connection is over, until disposed. */
  onClosed(listener: () => void): Disposable {
    return this.#tools.session.subscribe((event) => {
      if (event.type === "closed") listener();
    });
  }
}

const ALL_BITS = 0xffff_ffff_ffff_ffffn;
