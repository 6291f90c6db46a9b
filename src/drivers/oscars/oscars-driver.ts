import { randomUUID } from "node:crypto";
import { errAsync, okAsync, type ResultAsync } from "neverthrow";
import type { DriverCause } from "../../model/errors.ts";
import type { DriverContext } from "../driver-base.ts";
import type { CircuitService } from "./circuit-service.ts";
import { CircuitDriver } from "./driver.ts";
import { type ClientTls, httpClient } from "./http/client-socket.ts";
import type { HttpClient, HttpHandler } from "./http/http.ts";
import { type HttpServer, type HttpServerOptions, openHttpServer } from "./http/server-socket.ts";
import { NsiCircuits } from "./nsi/nsi-circuits.ts";
import { type PeerName, peerProfiles } from "./nsi/peer-profile.ts";
import { NsiRequester, type RequesterTimes } from "./nsi/requester.ts";

/** How a wide-area domain is asked for circuits: by NSI CS 2.0 or 2.1 (OGF GFD.212, GFD.237). */
export interface OscarsDriverOptions {
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
  /**
   * What the descriptions of our reservations begin with: `dcns` when absent. Reservations that begin
   * so and are not wanted are ended, so no two agents may use the same with one requester.
   */
  readonly mark?: string;
  readonly tls?: ClientTls;
  /** Besides those of the protocol, such as a proxy's authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly times?: OscarsDriverTimes;
  /** Carries requests; TCP and TLS when absent. */
  readonly http?: HttpClient;
}

/** In milliseconds. */
export interface OscarsDriverTimes extends RequesterTimes {
  /** How long frames may take to pass after a circuit is provisioned; 10 minutes when absent. */
  readonly activationMs?: number;
  /** How often the domain is asked what it has when nothing else is; 30 s when absent. */
  readonly auditMs?: number;
}

const DEFAULT_ACTIVATION_MS = 600_000;
const DEFAULT_POLL_MS = 5_000;

/** Drives a wide-area domain that is run by somebody else. */
export class OscarsDriver extends CircuitDriver {
  /** Answers what the provider posts; for a host application that has an HTTP server already. */
  readonly callbacks: HttpHandler;

  constructor(options: OscarsDriverOptions) {
    const mounted: Mounted = { handler: async () => ({ status: 503 }) };
    super((context) => openNsi(options, context, mounted), options.times?.auditMs);
    this.callbacks = (request) => mounted.handler(request);
  }
}

/** What answers callbacks, once there is something to. */
interface Mounted {
  handler: HttpHandler;
}

function openNsi(
  options: OscarsDriverOptions,
  { clock, domain }: DriverContext,
  mounted: Mounted,
): ResultAsync<CircuitService, DriverCause> {
  const { provider, requester: own, tls, headers, times = {}, peer = "standard" } = options;
  const http = options.http ?? httpClient({ clock, ...(tls === undefined ? {} : { tls }) });
  const requester = new NsiRequester({
    peer: {
      requesterNSA: own.nsa,
      providerNSA: provider.nsa,
      url: provider.url,
      ...(own.callbacks === undefined ? {} : { replyTo: own.callbacks.url }),
      ...(headers === undefined ? {} : { headers }),
    },
    http,
    clock,
    uuid: randomUUID,
    times,
  });
  mounted.handler = requester.callbacks;
  const names = new Map(domain.nodes.flatMap((node) => node.ports).map((p) => [p.ref, p.name]));
  const closeHttp = (): void => {
    if (options.http === undefined) http.close();
  };
  return listen(own.callbacks?.listen, requester.callbacks).map(
    (server) =>
      new NsiCircuits({
        requester,
        profile: peerProfiles[peer],
        clock,
        mark: options.mark ?? "dcns",
        stpOf: (port) => options.stps?.[port] ?? names.get(port),
        activationMs: times.activationMs ?? DEFAULT_ACTIVATION_MS,
        pollMs: times.pollMs ?? DEFAULT_POLL_MS,
        close: async () => {
          await server?.close();
          closeHttp();
        },
      }),
  );
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
