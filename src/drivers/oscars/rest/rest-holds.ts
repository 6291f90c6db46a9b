import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { blockedLabels, blockedRates } from "../blocked.ts";
import type { Circuit } from "../circuit.ts";
import { type CircuitFault, circuitFault } from "../circuit-service.ts";
import { type CircuitConnectionContext, connectionFor } from "./circuit-connection.ts";
import { post, readAnswer, statusFault } from "./rest-client.ts";
import { type SimpleConnection, simpleConnection } from "./simple-connection.ts";

/**
 * What an OSCARS 1 server holds for us until it is committed. It says that it holds also what is not
 * valid, and why only in the parts.
 */
export class RestHolds {
  readonly #context: CircuitConnectionContext;

  constructor(context: CircuitConnectionContext) {
    this.#context = context;
  }

  /** Holds a circuit under an id, all of it or nothing. */
  hold(id: string, circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    const { client } = this.#context;
    return connectionFor(this.#context, { id, circuit }, signal).andThen((wanted) => {
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
        .orElse((fault) => this.clear(id, signal).andThen(() => errAsync(fault)));
    });
  }

  /** Lets go of what is held under an id, if anything is; should that fail, it ends by itself. */
  clear(id: string, signal: AbortSignal): ResultAsync<void, never> {
    return this.#context.client
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
    return this.#context.client
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
      const ends = circuit.ends.filter((end) => this.#context.urnOf(end.port) === port);
      const own = { ...circuit, ends };
      return /vlan/i.test(validity.message) ? blockedLabels(own) : blockedRates(own);
    });
    const blocked = atEnds.length > 0 ? atEnds : blockedRates(circuit);
    return err({ ...circuitFault("unavailable", fault.message.trim()), blocked });
  }
}
