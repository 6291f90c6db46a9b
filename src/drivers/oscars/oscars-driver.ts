import { randomUUID } from "node:crypto";
import { errAsync, okAsync, type ResultAsync } from "neverthrow";
import { match } from "ts-pattern";
import type { DriverCause } from "../../model/errors.ts";
import type { PortRef } from "../../model/ids.ts";
import type { DriverContext } from "../driver-base.ts";
import type { CircuitAccess } from "./circuit-access.ts";
import type { CircuitService } from "./circuit-service.ts";
import { idcpEvents, idcpRequests, profileOf, restClient } from "./dialect-clients.ts";
import { CircuitDriver } from "./driver.ts";
import { httpClient } from "./http/client-socket.ts";
import { fencedClient } from "./http/fenced-client.ts";
import type { HttpClient, HttpHandler } from "./http/http.ts";
import { type HttpServer, type HttpServerOptions, openHttpServer } from "./http/server-socket.ts";
import { IdcpCircuits } from "./idcp/idcp-circuits.ts";
import { NsiCircuits } from "./nsi/nsi-circuits.ts";
import { peerProfiles } from "./nsi/peer-profile.ts";
import { NsiRequester } from "./nsi/requester.ts";
import { securityAttribute } from "./nsi/session-security.ts";
import type {
  DialectOptions,
  IdcpDialectOptions,
  NsiDialectOptions,
  OscarsDriverOptions,
  RestDialectOptions,
} from "./oscars-driver-options.ts";
import { PortNames } from "./port-names.ts";
import { RestCircuits } from "./rest/rest-circuits.ts";

const DEFAULT_ACTIVATION_MS = 600_000;
const DEFAULT_POLL_MS = 5_000;
/** Where looking is all there is. */
const UNTOLD_POLL_MS = 1_000;

/** Drives a wide-area domain that is run by somebody else. */
export class OscarsDriver extends CircuitDriver {
  /** Answers what the provider posts; for a host application that has an HTTP server already. */
  readonly callbacks: HttpHandler;

  constructor(options: OscarsDriverOptions) {
    const mounted: Mounted = { handler: NOBODY };
    super(
      (context, isOurs) => open(options, context, mounted, isOurs),
      options.times,
      options.promisesAhead ?? true,
    );
    this.callbacks = (request) => mounted.handler(request);
  }
}

/** Answers while there is nothing to be told. */
const NOBODY: HttpHandler = async () => ({ status: 503 });

/** What answers callbacks, once there is something to. */
interface Mounted {
  handler: HttpHandler;
}

/** With what a service is opened. */
interface Opening extends Pick<DriverContext, "clock"> {
  readonly http: HttpClient;
  /** What the domain calls a port now. */
  readonly nameOf: (port: PortRef) => string | undefined;
  readonly close: () => Promise<void>;
}

function open(
  options: OscarsDriverOptions,
  { clock, domain }: DriverContext,
  mounted: Mounted,
  isOurs: () => boolean,
): ResultAsync<CircuitAccess, DriverCause> {
  const { tls } = options;
  const http = options.http ?? httpClient({ clock, ...(tls === undefined ? {} : { tls }) });
  const close = async (): Promise<void> => {
    if (options.http === undefined) http.close();
  };
  const names = new PortNames(
    options.dialect,
    options.dialect === "nsi" ? options.stps : options.urns,
  );
  const common = { clock, nameOf: names.of };
  const fenced = { ...common, http: fencedClient(http, isOurs), close };
  // Whoever only looks on asks by itself, is told nothing and leaves nothing to be closed.
  const looking = { ...common, http, close: async () => {} };
  const unmounted: Mounted = { handler: NOBODY };
  return names
    .follow(domain)
    .asyncAndThen(() => openService(lookingOn(options), looking, unmounted))
    .andThen((onlooker) =>
      openService(options, fenced, mounted).map(
        (circuits): CircuitAccess => ({
          circuits,
          look: (signal) => onlooker.list(signal),
          follow: (view) => names.follow(view),
        }),
      ),
    );
}

/** The same for requests whose answers come at once. */
function lookingOn(options: OscarsDriverOptions): OscarsDriverOptions {
  if (options.dialect === "nsi") {
    const { callbacks: _, ...requester } = options.requester;
    return { ...options, requester };
  }
  if (options.dialect === "rest") return options;
  const { notifications: _, ...asking } = options;
  return asking;
}

function openService(
  options: OscarsDriverOptions,
  context: Opening,
  mounted: Mounted,
): ResultAsync<CircuitService, DriverCause> {
  return match(options)
    .with({ dialect: "nsi" }, (nsi) => openNsi(nsi, context, mounted))
    .with({ dialect: "rest" }, (rest) => okAsync(restCircuits(rest, context)))
    .with({ dialect: "idcp" }, (idcp) => openIdcp(idcp, context, mounted))
    .exhaustive();
}

function openIdcp(
  options: IdcpDialectOptions,
  context: Opening,
  mounted: Mounted,
): ResultAsync<CircuitService, DriverCause> {
  const { http, ...common } = commonOf(options, context);
  const requests = idcpRequests(options, { http, clock: context.clock });
  const events = idcpEvents(options, { http, clock: context.clock, retryMs: common.pollMs });
  const told = events === undefined ? {} : { events };
  mounted.handler = events?.handler ?? NOBODY;
  const asking = { ...common, requests, profile: profileOf(options), ...told };
  const urnOf = context.nameOf;
  return listen(options.notifications?.listen, mounted.handler).map(
    (server) => new IdcpCircuits({ ...asking, urnOf, close: closing(server, common.close) }),
  );
}

function restCircuits(options: RestDialectOptions, context: Opening): CircuitService {
  const { http, ...common } = commonOf(options, context);
  const client = restClient(options, { http, clock: context.clock });
  return new RestCircuits({ ...common, client, urnOf: context.nameOf });
}

function openNsi(
  options: NsiDialectOptions,
  context: Opening,
  mounted: Mounted,
): ResultAsync<CircuitService, DriverCause> {
  const { provider, requester: own, headers, peer = "standard" } = options;
  const pollMs = own.callbacks === undefined ? UNTOLD_POLL_MS : DEFAULT_POLL_MS;
  const times = { pollMs, ...options.times };
  const { http, ...common } = commonOf({ ...options, times }, context);
  const profile = peerProfiles[peer];
  const { sessionSecurity: session } = own;
  const replyTo = own.callbacks?.url ?? profile.nowhere;
  const requester = new NsiRequester({
    peer: {
      requesterNSA: own.nsa,
      providerNSA: provider.nsa,
      url: provider.url,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(headers === undefined ? {} : { headers }),
      ...(session === undefined
        ? {}
        : { sessionSecurity: async () => (await session()).map(securityAttribute) }),
    },
    http,
    clock: context.clock,
    uuid: randomUUID,
    times,
    queriesResults: profile.queriesResults,
    queriesNotifications: profile.queriesNotifications,
  });
  mounted.handler = requester.callbacks;
  const asking = { ...common, requester, profile, stpOf: context.nameOf };
  return listen(own.callbacks?.listen, requester.callbacks).map(
    (server) => new NsiCircuits({ ...asking, close: closing(server, common.close) }),
  );
}

/** Closes what is listened by, and then the rest. */
function closing(server: HttpServer | undefined, rest: () => Promise<void>): () => Promise<void> {
  return async () => {
    await server?.close();
    await rest();
  };
}

/** What the circuits of every dialect are made with. */
function commonOf({ times = {}, mark = "dcns" }: DialectOptions, { http, clock, close }: Opening) {
  return {
    ...{ http, clock, mark, close },
    activationMs: times.activationMs ?? DEFAULT_ACTIVATION_MS,
    pollMs: times.pollMs ?? DEFAULT_POLL_MS,
  };
}

function listen(
  options: HttpServerOptions | undefined,
  handler: HttpHandler,
): ResultAsync<HttpServer | undefined, DriverCause> {
  if (options === undefined) return okAsync(undefined);
  return openHttpServer(options, handler).orElse(({ message }) =>
    errAsync({ kind: "misconfigured" as const, message: `callbacks: ${message}` }),
  );
}
