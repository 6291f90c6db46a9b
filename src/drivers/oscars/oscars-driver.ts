import { randomUUID } from "node:crypto";
import { errAsync, okAsync, type ResultAsync } from "neverthrow";
import { match } from "ts-pattern";
import type { Clock } from "../../model/clock.ts";
import type { DriverCause } from "../../model/errors.ts";
import type { PortRef } from "../../model/ids.ts";
import type { DriverContext } from "../driver-base.ts";
import type { CircuitService } from "./circuit-service.ts";
import { CircuitDriver, type CircuitDriverTimes } from "./driver.ts";
import { type ClientTls, httpClient } from "./http/client-socket.ts";
import type { HttpClient, HttpHandler } from "./http/http.ts";
import { type HttpServer, type HttpServerOptions, openHttpServer } from "./http/server-socket.ts";
import { idcp05, idcp06 } from "./idcp/envelope.ts";
import { IdcpCircuits } from "./idcp/idcp-circuits.ts";
import { IdcpClient } from "./idcp/idcp-client.ts";
import { type IdcpPeerName, type IdcpProfile, idcpProfiles } from "./idcp/peer-profile.ts";
import type { IdcpRequests } from "./idcp/requests.ts";
import { requests05 } from "./idcp/requests-05.ts";
import { requests06 } from "./idcp/requests-06.ts";
import type { SigningIdentity } from "./idcp/ws-security.ts";
import { NsiCircuits } from "./nsi/nsi-circuits.ts";
import { type PeerName, peerProfiles } from "./nsi/peer-profile.ts";
import { NsiRequester, type RequesterTimes } from "./nsi/requester.ts";
import { RestCircuits } from "./rest/rest-circuits.ts";
import { RestClient } from "./rest/rest-client.ts";

/** How a wide-area domain is asked for circuits, in one of the dialects. */
export type OscarsDriverOptions = NsiDialectOptions | RestDialectOptions | IdcpDialectOptions;

/** What all dialects have in common. */
interface DialectOptions {
  /**
   * What the descriptions of our reservations begin with: `dcns` when absent. Reservations that begin
   * so and are not wanted are ended, so no two agents may use the same in one requester's name.
   */
  readonly mark?: string;
  readonly tls?: ClientTls;
  /** Besides those of the protocol, such as a proxy's authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly times?: OscarsDriverTimes;
  /** Carries requests; TCP and TLS when absent. */
  readonly http?: HttpClient;
}

/** The REST interface of OSCARS 1. A circuit is up half a minute after it is committed, not before. */
export interface RestDialectOptions extends DialectOptions {
  readonly dialect: "rest";
  /** The server, without a path: `https://oscars.example.net`. */
  readonly url: string;
  /**
   * Gives a bearer token, where the server wants one; asked for a new one, once for each request,
   * where the one it gave is not taken.
   */
  readonly token?: (request: { readonly refresh: boolean }) => Promise<string>;
  /** URNs by port, `device:port`; the name of the port in the topology when absent. */
  readonly urns?: Readonly<Record<string, string>>;
}

/** The Inter-Domain Controller Protocol: OSCARS 0.6 and 0.5, DRAGON, ION. */
export interface IdcpDialectOptions extends DialectOptions {
  readonly dialect: "idcp";
  /** Where the server takes requests: `https://idc.example.net:9001/OSCARS`. */
  readonly url: string;
  /** Which server it is, for the messages it speaks and what it can do; `oscars-0.6` when absent. */
  readonly peer?: IdcpPeerName;
  /** What of that is otherwise with this one. */
  readonly profile?: Partial<IdcpProfile>;
  /** Signs requests (WS-Security); needs the packages `xml-crypto` and `@xmldom/xmldom`. */
  readonly identity?: SigningIdentity;
  /** URNs of links, by port; the name of the port in the topology when absent. */
  readonly urns?: Readonly<Record<string, string>>;
}

/** NSI CS 2.0 or 2.1 (OGF GFD.212, GFD.237). */
export interface NsiDialectOptions extends DialectOptions {
  readonly dialect: "nsi";
  /** The provider agent: its URN, and where it takes requests. */
  readonly provider: { readonly nsa: string; readonly url: string };
  readonly requester: {
    /** The URN of the agent that asks. One agent each: providers remember one callback URL for it. */
    readonly nsa: string;
    /**
     * Where the provider reaches us. With `listen` the driver opens that port; without, the host
     * application mounts {@link OscarsDriver.callbacks} there. Absent, the driver looks by itself.
     */
    readonly callbacks?: { readonly url: string; readonly listen?: HttpServerOptions };
  };
  /** Which provider it is, for where it departs from the specification; `standard` when absent. */
  readonly peer?: PeerName;
  /** STPs by port, without labels; the name of the port in the topology when absent. */
  readonly stps?: Readonly<Record<string, string>>;
}

/** In milliseconds. */
export interface OscarsDriverTimes extends RequesterTimes, CircuitDriverTimes {
  /** How long frames may take to pass after a circuit is provisioned; 10 minutes when absent. */
  readonly activationMs?: number;
}

const DEFAULT_ACTIVATION_MS = 600_000;
const DEFAULT_POLL_MS = 5_000;
const DEFAULT_ANSWER_MS = 30_000;

/** Drives a wide-area domain that is run by somebody else. */
export class OscarsDriver extends CircuitDriver {
  /** Answers what the provider posts; for a host application that has an HTTP server already. */
  readonly callbacks: HttpHandler;

  constructor(options: OscarsDriverOptions) {
    const mounted: Mounted = { handler: async () => ({ status: 503 }) };
    super((context) => open(options, context, mounted), options.times);
    this.callbacks = (request) => mounted.handler(request);
  }
}

/** What answers callbacks, once there is something to. */
interface Mounted {
  handler: HttpHandler;
}

function open(
  options: OscarsDriverOptions,
  context: DriverContext,
  mounted: Mounted,
): ResultAsync<CircuitService, DriverCause> {
  return match(options)
    .with({ dialect: "nsi" }, (nsi) => openNsi(nsi, context, mounted))
    .with({ dialect: "rest" }, (rest) => okAsync(openRest(rest, context)))
    .with({ dialect: "idcp" }, (idcp) => okAsync(openIdcp(idcp, context)))
    .exhaustive();
}

function openIdcp(options: IdcpDialectOptions, context: DriverContext): CircuitService {
  const { peer = "oscars-0.6", urns } = options;
  const profile = { ...idcpProfiles[peer], ...options.profile };
  const { http, ...common } = commonOf(options, context);
  const requests = idcpRequests(options, profile, { http, clock: context.clock });
  return new IdcpCircuits({ ...common, requests, profile, urnOf: namesOf(context, urns) });
}

function idcpRequests(
  { url, identity, headers, times = {} }: IdcpDialectOptions,
  { version }: IdcpProfile,
  context: { readonly http: HttpClient; readonly clock: Clock },
): IdcpRequests {
  const asking = {
    ...{ ...context, url, timeoutMs: times.answerMs ?? DEFAULT_ANSWER_MS },
    ...(headers === undefined ? {} : { headers }),
    ...(identity === undefined ? {} : { identity }),
  };
  return version === "0.5"
    ? requests05(new IdcpClient({ ...asking, version: idcp05 }))
    : requests06(new IdcpClient({ ...asking, version: idcp06 }));
}

function openRest(options: RestDialectOptions, context: DriverContext): CircuitService {
  const { url, token, headers, times = {}, urns } = options;
  const { http, ...common } = commonOf(options, context);
  const client = new RestClient({
    ...{ url, http, timeoutMs: times.answerMs ?? DEFAULT_ANSWER_MS },
    ...(headers === undefined ? {} : { headers }),
    ...(token === undefined ? {} : { token }),
  });
  return new RestCircuits({ ...common, client, urnOf: namesOf(context, urns) });
}

function openNsi(
  options: NsiDialectOptions,
  context: DriverContext,
  mounted: Mounted,
): ResultAsync<CircuitService, DriverCause> {
  const { provider, requester: own, headers, times = {}, peer = "standard", stps } = options;
  const { http, ...common } = commonOf(options, context);
  const requester = new NsiRequester({
    peer: {
      requesterNSA: own.nsa,
      providerNSA: provider.nsa,
      url: provider.url,
      ...(own.callbacks === undefined ? {} : { replyTo: own.callbacks.url }),
      ...(headers === undefined ? {} : { headers }),
    },
    http,
    clock: context.clock,
    uuid: randomUUID,
    times,
  });
  mounted.handler = requester.callbacks;
  const profile = peerProfiles[peer];
  const stpOf = namesOf(context, stps);
  return listen(own.callbacks?.listen, requester.callbacks).map((server) => {
    const close = async (): Promise<void> => {
      await server?.close();
      await common.close();
    };
    return new NsiCircuits({ ...common, requester, profile, stpOf, close });
  });
}

/** What the circuits of every dialect are made with. */
function commonOf(options: DialectOptions, { clock }: DriverContext) {
  const { tls, times = {}, mark = "dcns" } = options;
  const http = options.http ?? httpClient({ clock, ...(tls === undefined ? {} : { tls }) });
  return {
    ...{ http, clock, mark },
    activationMs: times.activationMs ?? DEFAULT_ACTIVATION_MS,
    pollMs: times.pollMs ?? DEFAULT_POLL_MS,
    close: async (): Promise<void> => {
      if (options.http === undefined) http.close();
    },
  };
}

/** How the domain calls our ports: as we were told, or as the topology names them. */
function namesOf(
  { domain }: DriverContext,
  told: Readonly<Record<string, string>> = {},
): (port: PortRef) => string | undefined {
  const names = new Map(domain.nodes.flatMap((node) => node.ports).map((p) => [p.ref, p.name]));
  return (port) => told[port] ?? names.get(port);
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
