import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { SegmentId } from "../../../model/ids.ts";
import type { VlanSet } from "../../../model/vlan-set.ts";
import { blockedRates } from "../blocked.ts";
import type { Circuit } from "../circuit.ts";
import {
  type ChangingCircuit,
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
  type NamedCircuit,
} from "../circuit-service.ts";
import { watchUntil } from "../watch-until.ts";
import { type CircuitConnectionContext, fitsInstead, intervalOf } from "./circuit-connection.ts";
import { foundIn, outcomeOf } from "./circuit-state.ts";
import { connection, connectionPage } from "./connection.ts";
import { ConnectionLookup } from "./connection-lookup.ts";
import { changeEnd, haveSameTimes } from "./end-change.ts";
import { connectionChange, modifyAnswer } from "./operation.ts";
import { portAvailabilities, vlansIn } from "./port.ts";
import { post, readAnswer } from "./rest-client.ts";
import { RestHolds } from "./rest-holds.ts";
import { SegmentIds } from "./segment-ids.ts";
import type { ConnectionMode } from "./simple-connection.ts";

/** What it takes to ask an OSCARS 1 server for circuits. */
export interface RestCircuitsOptions extends CircuitConnectionContext {
  /** How long frames may take to pass after a circuit is committed, in milliseconds. */
  readonly activationMs: number;
  readonly pollMs: number;
  readonly close: () => Promise<void>;
}

/**
 * Circuits of an OSCARS 1 server: held, then committed, and up half a minute later at the earliest.
 * What is held is not listed; the ids are ours, and tell of which segment it is. Committed circuits
 * are known again by their description.
 */
export class RestCircuits implements CircuitService {
  readonly multipoint = true;
  readonly #options: RestCircuitsOptions;
  readonly #holds: RestHolds;
  readonly #lookup: ConnectionLookup;
  readonly #ids: SegmentIds;

  constructor(options: RestCircuitsOptions) {
    this.#options = options;
    this.#holds = new RestHolds(options);
    this.#lookup = new ConnectionLookup(options.client);
    this.#ids = new SegmentIds(options.mark);
  }

  agrees(found: Circuit, wanted: Circuit): boolean {
    return found.mbps === wanted.mbps && haveSameTimes(found, wanted, this.#options.clock.now());
  }

  list(signal: AbortSignal): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    const { client, mark } = this.#options;
    const filter = { phase: "RESERVED", description: mark, page: 1, sizePerPage: -1 };
    return client
      .read(connectionPage, post("/api/conn/list", { json: filter }), signal)
      .map(({ connections }) => connections.flatMap((each) => foundIn(each, this.#options.mark)));
  }

  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    return this.#ids.withFree(
      circuit.segment,
      (id) => this.#lookup.under(id, signal).map((found) => found === undefined),
      (id) => this.#holds.hold(id, circuit, signal),
    );
  }

  heldFor(
    segment: SegmentId,
    signal: AbortSignal,
  ): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    return this.#ids
      .known(segment, (id) => this.#lookup.under(id, signal))
      .andThen((known) => {
        const held = known.flatMap((each) => foundIn(each, this.#options.mark, "HELD"));
        return held.length === 0 ? okAsync([]) : this.#heldAlone(held, signal);
      });
  }

  /** What is held for a change hides the circuit under the same id, and is let go of. */
  #heldAlone(
    held: readonly FoundCircuit[],
    signal: AbortSignal,
  ): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    return this.list(signal).andThen((reserved) => {
      const ids = new Set(reserved.map(({ externalId }) => externalId));
      const hiding = held.filter(({ externalId }) => ids.has(externalId));
      return ResultAsync.combine(
        hiding.map(({ externalId }) => this.#holds.clear(externalId, signal)),
      ).map(() => held.filter((each) => !hiding.includes(each)));
    });
  }

  /** What others have reserved, or hold, while we would have it is taken off. */
  freeLabels(circuit: Circuit, signal: AbortSignal): ResultAsync<readonly VlanSet[], CircuitFault> {
    const { client, clock, urnOf } = this.#options;
    const { ends } = circuit;
    const json = intervalOf(circuit, clock.now());
    return client
      .read(portAvailabilities, post("/api/topo/available", { json }), signal)
      .map((free) => ends.map(({ port }) => vlansIn(free[urnOf(port) ?? ""]?.vlanRanges ?? [])));
  }

  /** What is held under the id of a reserved circuit can take its place when it is committed. */
  holdInstead(
    { externalId }: FoundCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.#holds.hold(externalId, circuit, signal).map(() => undefined);
  }

  fitsInstead(instead: Circuit, circuit: Circuit): boolean {
    return fitsInstead(circuit, instead, this.#options.urnOf);
  }

  dropInstead(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#holds.clear(externalId, signal);
  }

  commit({ externalId }: NamedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const request = post("/protected/conn/commit", { text: externalId });
    return this.#options.client.send(request, signal).andThen((response) => {
      if (response.status === 404)
        return err(circuitFault("unavailable", `${externalId} is not held any more`));
      return readAnswer(connectionChange, request, response).map(() => undefined);
    });
  }

  /** What waits for a word is built by itself from now on. */
  bringUp({ externalId }: NamedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#lookup
      .info(externalId, signal)
      .andThen((found) =>
        found?.phase === "RESERVED" && found.mode === "MANUAL"
          ? this.#setMode(externalId, "AUTOMATIC", signal)
          : okAsync(undefined),
      )
      .andThen(() => this.#untilActive(externalId, signal));
  }

  #setMode(id: string, mode: ConnectionMode, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const request = post(`/protected/conn/mode/${id}`, { text: mode });
    return this.#options.client.read(connection, request, signal).map(() => undefined);
  }

  /** Holding the id of a circuit once more, otherwise, is a check that lasts. */
  holdChange(
    { externalId }: FoundCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.#holds.hold(externalId, wanted, signal).map(() => undefined);
  }

  dropChange(
    { externalId }: ChangingCircuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.#holds.clear(externalId, signal);
  }

  /**
   * To commit what is held would build a circuit anew: so is done with what has not been built. Others
   * change while frames pass.
   */
  change(
    found: ChangingCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { externalId, circuit, changeHeld, state, asked } = found;
    if (state === "reserved") {
      const held = changeHeld === undefined ? this.holdChange(found, wanted, signal) : okAsync();
      return held.andThen(() => this.commit(found, signal));
    }
    // While something is held under its id, the server knows nothing else by it.
    const alone = changeHeld === undefined ? okAsync() : this.#holds.clear(externalId, signal);
    const isGranted = asked?.mbps === wanted.mbps && circuit.mbps > wanted.mbps;
    return alone
      .andThen(() =>
        circuit.mbps === wanted.mbps || isGranted
          ? okAsync()
          : this.#changeRate(externalId, wanted, signal),
      )
      .andThen(() => changeEnd(this.#options, { externalId, wanted, asked }, signal))
      .andThen(() => this.#untilActive(externalId, signal));
  }

  #changeRate(id: string, wanted: Circuit, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const json = { connectionId: id, bandwidth: wanted.mbps };
    return this.#options.client
      .read(modifyAnswer, post("/protected/modify/bandwidth", { json }), signal)
      .andThen(({ success, explanation }) =>
        success
          ? ok(undefined)
          : err({ ...circuitFault("unavailable", explanation), blocked: blockedRates(wanted) }),
      );
  }

  remove(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const request = post("/protected/conn/release", { text: externalId });
    return this.#options.client.send(request, signal).andThen((response) => {
      if (response.status === 404) return okAsync(undefined);
      const released = readAnswer(connectionChange, request, response);
      if (released.isOk()) return okAsync(undefined);
      // What has ended before cannot be released.
      return this.#lookup
        .info(externalId, signal)
        .andThen((found) =>
          found === undefined || found.phase === "ARCHIVED" ? ok(undefined) : err(released.error),
        );
    });
  }

  /** The server tells nothing unasked. */
  subscribe(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  #untilActive(id: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#until(id, "active", signal);
  }

  #until(
    id: string,
    state: "active" | "reserved",
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { clock, activationMs, pollMs } = this.#options;
    const look = async (): Promise<Result<void, CircuitFault> | undefined> => {
      const info = await this.#lookup.info(id, signal);
      return info.isErr() ? undefined : outcomeOf(id, info.value, state);
    };
    const late = circuitFault("rejected", `${id} was not ${state} within ${activationMs} ms`);
    return watchUntil({ clock, activationMs, pollMs, signal }, look, late);
  }
}
