import { err, ok, okAsync, type ResultAsync } from "neverthrow";
import type { CircuitFault } from "../circuit-service.ts";
import { type Connection, connection } from "./connection.ts";
import { type RestClient, type RestRequest, readAnswer, statusFault } from "./rest-client.ts";

/** What an OSCARS 1 server knows of an id. */
export class ConnectionLookup {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** The connection of that id; what is held under it before what is reserved. */
  info(id: string, signal: AbortSignal): ResultAsync<Connection | undefined, CircuitFault> {
    const request: RestRequest = { method: "GET", path: `/api/conn/info/${id}` };
    return this.#client.send(request, signal).andThen((response) => {
      if (response.status === 404) return ok(undefined);
      return readAnswer(connection, request, response);
    });
  }

  /**
   * The same, or nothing; undefined for an id that was never committed. What ended before its begin is gone
   * but for the log. Its id must not be used again: the server has kept numbers for it, finds them twice
   * then, and builds nothing, of nobody, for as long as that is reserved.
   */
  under(
    id: string,
    signal: AbortSignal,
  ): ResultAsync<readonly Connection[] | undefined, CircuitFault> {
    return this.info(id, signal).andThen((found) =>
      found === undefined
        ? this.#isLogged(id, signal).map((isLogged) => (isLogged ? [] : undefined))
        : okAsync([found]),
    );
  }

  /** Of an id without a log the server says nothing, with status 200. */
  #isLogged(id: string, signal: AbortSignal): ResultAsync<boolean, CircuitFault> {
    const request: RestRequest = { method: "GET", path: `/api/log/conn/${id}` };
    return this.#client
      .send(request, signal)
      .andThen(({ status, body }) =>
        status === 200
          ? ok(!["", "null"].includes(body.trim()))
          : err(statusFault(request.path, status)),
      );
  }
}
