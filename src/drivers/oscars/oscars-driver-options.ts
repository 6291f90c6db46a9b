import type { CircuitDriverTimes } from "./driver.ts";
import type { ClientTls } from "./http/client-socket.ts";
import type { HttpClient } from "./http/http.ts";
import type { HttpServerOptions } from "./http/server-socket.ts";
import type { IdcpPeerName, IdcpProfile } from "./idcp/peer-profile.ts";
import type { SigningIdentity } from "./idcp/ws-security.ts";
import type { PeerName } from "./nsi/peer-profile.ts";
import type { RequesterTimes } from "./nsi/requester.ts";
import type { SessionSecurity } from "./nsi/session-security.ts";

/** How a wide-area domain is asked for circuits, in one of the dialects. */
export type OscarsDriverOptions = NsiDialectOptions | RestDialectOptions | IdcpDialectOptions;

/** What all dialects have in common. */
export interface DialectOptions {
  /**
   * What the descriptions of our reservations begin with: `dcns` when absent. Reservations that begin
   * so and are not wanted are ended, so in one requester's name no two agents may use the same but
   * those that share their store.
   */
  readonly mark?: string;
  /**
   * Whether the domain promises ahead of time what is to be used later; true when absent. Where it does
   * not, it is asked at the start, for until the end.
   */
  readonly promisesAhead?: boolean;
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
   * where the one it gave is not taken, and ever more rarely where its user may not. It has as long as the server has
   * for an answer (`times.answerMs`).
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
  /** Has the domain tell what happens to reservations; absent, the driver looks by itself. */
  readonly notifications?: IdcpNotificationOptions;
  /** URNs of links, by port; the name of the port in the topology when absent. */
  readonly urns?: Readonly<Record<string, string>>;
}

/** Where an IDCP domain tells of events (WS-BaseNotification), and whom. */
export interface IdcpNotificationOptions {
  /**
   * The domain's notification broker: `https://idc.example.net:9013/OSCARS/wsnbroker`, of version 0.5
   * `https://idc.example.net:8443/axis2/services/OSCARSNotify`.
   */
  readonly broker: string;
  /**
   * Where the broker reaches us, this agent alone. With `listen` the driver opens that port; without, the host
   * application mounts `OscarsDriver.callbacks` there.
   */
  readonly url: string;
  readonly listen?: HttpServerOptions;
}

/** NSI CS 2.0 or 2.1 (OGF GFD.212, GFD.237). */
export interface NsiDialectOptions extends DialectOptions {
  readonly dialect: "nsi";
  /** The provider agent: its URN, and where it takes requests. */
  readonly provider: { readonly nsa: string; readonly url: string };
  readonly requester: {
    /**
     * The URN of the agent that asks; the same for agents that share their store. Any others have one
     * each: providers remember one callback URL for it.
     */
    readonly nsa: string;
    /**
     * Where the provider reaches us, this agent alone. With `listen` the driver opens that port; without, the host
     * application mounts `OscarsDriver.callbacks` there. Absent, the driver looks by itself, each second unless
     * `times.pollMs` says otherwise.
     */
    readonly callbacks?: { readonly url: string; readonly listen?: HttpServerOptions };
    /**
     * In whose name requests are sent, where the provider wants to know (`sessionSecurityAttr`); asked before
     * each request. It has as long as the provider has for an answer (`times.answerMs`).
     */
    readonly sessionSecurity?: () => Promise<readonly SessionSecurity[]>;
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
