import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { SegmentId } from "../../../model/ids.ts";
import { VlanSet } from "../../../model/vlan-set.ts";
import { blockedLabels, blockedRates } from "../blocked.ts";
import { type Circuit, parseCircuitKey } from "../circuit.ts";
import {
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
  type RatedCircuit,
} from "../circuit-service.ts";
import { watchUntil } from "../watch-until.ts";
import { type CircuitConnectionContext, connectionFor, LAST_END } from "./circuit-connection.ts";
import { outcomeOf, stateOf } from "./circuit-state.ts";
import { type Connection, connection, connectionPage } from "./connection.ts";
import { connectionChange, modifyAnswer } from "./operation.ts";
import { portAvailabilities } from "./port.ts";
import { type RestRequest, readAnswer, statusFault } from "./rest-client.ts";
import { SegmentIds } from "./segment-ids.ts";
import { type SimpleConnection, simpleConnection } from "./simple-connection.ts";

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
  readonly #ids: SegmentIds;

  constructor(options: RestCircuitsOptions) {
    this.#options = options;
    this.#ids = new SegmentIds(options.mark);
  }

  list(signal: AbortSignal): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    const { client, mark } = this.#options;
    const filter = { phase: "RESERVED", description: mark, page: 1, sizePerPage: -1 };
    return client
      .read(connectionPage, post("/api/conn/list", { json: filter }), signal)
      .map(({ connections }) => connections.flatMap((each) => this.#found(each)));
  }

  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    return this.#ids.withFree(
      circuit.segment,
      (id) => this.#info(id, signal).map((found) => found === undefined),
      (id) => this.#hold(id, circuit, signal),
    );
  }

  heldFor(
    segment: SegmentId,
    signal: AbortSignal,
  ): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    return this.#ids
      .known(segment, (id) => this.#info(id, signal))
      .andThen((known) =>
        ResultAsync.combine(
          known.map((each) =>
            each.phase === "RESERVED" ? this.#clear(each.connectionId, signal) : okAsync(undefined),
          ),
        ).map(() => known.flatMap((each) => this.#found(each, "HELD"))),
      );
  }

  /** What others have reserved, or hold, until we would end is taken off. */
  freeLabels(
    { ends }: Circuit,
    signal: AbortSignal,
  ): ResultAsync<readonly VlanSet[], CircuitFault> {
    const { client, clock, urnOf } = this.#options;
    const json = { beginning: Math.floor(clock.now() / 1000), ending: LAST_END };
    return client
      .read(portAvailabilities, post("/api/topo/available", { json }), signal)
      .map((free) =>
        ends.map(({ port }) =>
          (free[urnOf(port) ?? ""]?.vlanRanges ?? []).reduce(
            (set, { floor, ceiling }) => set.union(VlanSet.range(floor, ceiling)),
            VlanSet.empty,
          ),
        ),
      );
  }

  /** What is held under the id of a reserved circuit takes its place when it is committed. */
  holdInstead(
    { externalId }: FoundCircuit,
    circuit: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.#hold(externalId, circuit, signal).map(() => undefined);
  }

  dropInstead(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#clear(externalId, signal);
  }

  bringUp(
    { externalId }: Pick<FoundCircuit, "externalId">,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const request = post("/protected/conn/commit", { text: externalId });
    return this.#options.client
      .send(request, signal)
      .andThen((response) => {
        if (response.status === 404)
          return err(circuitFault("unavailable", `${externalId} is not held any more`));
        return readAnswer(connectionChange, request, response);
      })
      .andThen(() => this.#untilActive(externalId, signal));
  }

  /** Holding the id of a circuit once more, at another rate, is a check that lasts. */
  holdRate(
    { externalId, circuit }: FoundCircuit,
    mbps: number,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.#hold(externalId, { ...circuit, mbps }, signal).map(() => undefined);
  }

  dropRate({ externalId }: RatedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#clear(externalId, signal);
  }

  /** To commit what is held would build the circuit anew; this changes it while frames pass. */
  changeRate(
    { externalId, circuit, rateHeld }: RatedCircuit,
    mbps: number,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const json = { connectionId: externalId, bandwidth: mbps };
    return this.#options.client
      .read(modifyAnswer, post("/protected/modify/bandwidth", { json }), signal)
      .andThen(({ success, explanation }) =>
        success
          ? ok(undefined)
          : err({
              ...circuitFault("unavailable", explanation),
              blocked: blockedRates({ ...circuit, mbps }),
            }),
      )
      .andThen(() => (rateHeld === undefined ? ok(undefined) : this.#clear(externalId, signal)))
      .andThen(() => this.#untilActive(externalId, signal));
  }

  remove(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const request = post("/protected/conn/release", { text: externalId });
    return this.#options.client.send(request, signal).andThen((response) => {
      if (response.status === 404) return okAsync(undefined);
      const released = readAnswer(connectionChange, request, response);
      if (released.isOk()) return okAsync(undefined);
      // What has ended before cannot be released.
      return this.#info(externalId, signal).andThen((found) =>
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

  #hold(id: string, circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    const { client } = this.#options;
    return connectionFor(this.#options, { id, circuit }, signal).andThen((wanted) => {
      const request = post("/protected/hold", { json: wanted });
      return client
        .send(request, signal)
        .andThen((response) =>
          response.status === 200
            ? new ResultAsync(
                Promise.resolve(
                  readAnswer(simpleConnection, request, response).andThen((held) =>
                    this.#granted(circuit, held),
                  ),
                ),
              )
            : this.#reasonFor(circuit, wanted, response.status, signal),
        )
        .map(() => id)
        .orElse((fault) => this.#clear(id, signal).andThen(() => errAsync(fault)));
    });
  }

  #clear(id: string, signal: AbortSignal): ResultAsync<void, never> {
    return this.#options.client
      .send({ method: "GET", path: `/protected/held/clear/${id}` }, signal)
      .map(() => undefined)
      .orElse(() => okAsync(undefined));
  }

  /** A server that does not hold something gives no reason; that comes of asking for a copy of it. */
  #reasonFor(
    circuit: Circuit,
    wanted: SimpleConnection,
    status: number,
    signal: AbortSignal,
  ): ResultAsync<never, CircuitFault> {
    return this.#options.client
      .read(simpleConnection, post("/protected/cloneable", { json: wanted }), signal)
      .mapErr(() => statusFault("/protected/hold", status))
      .andThen((judged) =>
        this.#granted(circuit, judged).andThen(() => err(statusFault("/protected/hold", status))),
      );
  }

  /** What was held, if it is all of what was asked: parts that are not valid would be left out later. */
  #granted(circuit: Circuit, judged: SimpleConnection): Result<void, CircuitFault> {
    const parts = [judged, ...judged.junctions, ...judged.fixtures, ...judged.pipes];
    const fault = parts.find(({ validity }) => validity?.valid === false)?.validity;
    if (fault === undefined) return ok(undefined);
    const atEnds = judged.fixtures.flatMap(({ port, validity }) => {
      if (validity?.valid !== false) return [];
      const ends = circuit.ends.filter((end) => this.#options.urnOf(end.port) === port);
      const own = { ...circuit, ends };
      return /vlan/i.test(validity.message) ? blockedLabels(own) : blockedRates(own);
    });
    const blocked = atEnds.length > 0 ? atEnds : blockedRates(circuit);
    return err({ ...circuitFault("unavailable", fault.message.trim()), blocked });
  }

  #info(id: string, signal: AbortSignal): ResultAsync<Connection | undefined, CircuitFault> {
    const request: RestRequest = { method: "GET", path: `/api/conn/info/${id}` };
    return this.#options.client.send(request, signal).andThen((response) => {
      if (response.status === 404) return ok(undefined);
      return readAnswer(connection, request, response);
    });
  }

  #untilActive(id: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const { clock, activationMs, pollMs } = this.#options;
    const look = async (): Promise<Result<void, CircuitFault> | undefined> => {
      const info = await this.#info(id, signal);
      return info.isErr() ? undefined : outcomeOf(id, info.value);
    };
    const late = circuitFault("rejected", `${id} carried nothing within ${activationMs} ms`);
    return watchUntil({ clock, activationMs, pollMs, signal }, look, late);
  }

  #found(each: Connection, phase: "RESERVED" | "HELD" = "RESERVED"): readonly FoundCircuit[] {
    const { mark } = this.#options;
    const { description, connectionId } = each;
    const reserved = phase === "HELD" ? each.held : each.reserved;
    if (each.phase !== phase || !description.startsWith(`${mark} `)) return [];
    const key = parseCircuitKey(description.slice(mark.length + 1));
    if (key === undefined) return [];
    const rates = reserved?.fixtures.map(({ ingress, egress }) => Math.min(ingress, egress)) ?? [];
    const mbps = rates.length === 0 ? 0 : Math.min(...rates);
    return [
      {
        externalId: connectionId,
        circuit: { ...key, mbps },
        state: phase === "HELD" ? "held" : stateOf(each),
      },
    ];
  }
}

/** A request of this interface with a body. */
function post(path: string, body: NonNullable<RestRequest["body"]>): RestRequest {
  return { method: "POST", path, body };
}
