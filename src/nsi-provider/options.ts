import type { Result } from "neverthrow";
import type { DcnsAgent } from "../dcns.ts";
import type { ClientTls } from "../drivers/oscars/http/client-socket.ts";
import type { HttpClient } from "../drivers/oscars/http/http.ts";
import type { HttpServerOptions } from "../drivers/oscars/http/server-socket.ts";
import type { SessionSecurity } from "../drivers/oscars/nsi/session-security.ts";
import type { Clock } from "../model/clock.ts";
import type { VlanSet } from "../model/vlan-set.ts";
import type { Store } from "../store/store.ts";

/** Who asks: by name, and by the certificate that was shown. */
export interface NsiPeerIdentity {
  readonly requesterNSA: string;
  /** The subject of a client certificate that was verified; absent without TLS or without one. */
  readonly clientSubject?: string;
  /** Where the peer wants to be told; we connect there. */
  readonly replyTo?: string;
  /** In whose name it asks (`sessionSecurityAttr`): its own word. Neither kept nor repeated. */
  readonly sessionSecurity: readonly SessionSecurity[];
}

/** Who reads a document: what a provider is, or where its connections may end. */
export interface NsiReader {
  readonly document: "discovery" | "topology";
  /** As of a peer. */
  readonly clientSubject?: string;
}

/** A reservation that is asked for, before anything is reserved. */
export interface NsiAsked {
  /** Mbit/s. */
  readonly capacity: number;
  /** The two ends: STPs without label, their host ports, and the VLANs that may become the label. */
  readonly ends: readonly NsiAskedEnd[];
  /** Milliseconds since the epoch; absent: at once, or without end. */
  readonly startTime?: number;
  readonly endTime?: number;
}

/** One end of what is asked for; without `vlans` it is untagged. */
export interface NsiAskedEnd {
  readonly stp: string;
  readonly hostPort: string;
  readonly vlans?: VlanSet;
}

/**
 * Who may do what. It is asked before anything changes; what it says last counts. Where it throws, rejects
 * or takes longer than ten seconds, the peer is refused (00500), and nothing changes.
 */
export interface NsiPolicy {
  /** Whether a peer may speak to us at all, and be told at its `replyTo`. */
  readonly admits: (peer: NsiPeerIdentity) => boolean | PromiseLike<boolean>;
  /** Whether it may have this; the error says why not, and the peer is told that. */
  readonly allows: (
    peer: NsiPeerIdentity,
    asked: NsiAsked,
  ) => Result<void, string> | PromiseLike<Result<void, string>>;
  /** Whether somebody may read a document; whoever can connect when absent. */
  readonly reads?: (reader: NsiReader) => boolean | PromiseLike<boolean>;
}

/** A place where connections may end. */
export interface NsiStpOptions {
  /** `host:nic`, a touch point of the agent's topology. */
  readonly hostPort: string;
  /** Of the VLANs of its port, those that are offered: `"100-199"`; all when absent. */
  readonly vlans?: string;
}

export interface NsiProviderOptions {
  readonly agent: DcnsAgent;
  /** The URN of this provider, `urn:ogf:network:b.example:2026:nsa`. */
  readonly nsa: string;
  /** The URN of its network; STPs are this, a colon and a name. */
  readonly networkId: string;
  /** Where it takes requests, as the documents say it. */
  readonly url: string;
  readonly policy: NsiPolicy;
  /** By name; every touch point by its `host:nic` when absent. */
  readonly stps?: Readonly<Record<string, NsiStpOptions>>;
  /** Where connections survive, the agent's own store for one; a new `MemoryStore` when absent. */
  readonly store?: Store;
  readonly clock?: Clock;
  /** What the projects of connections begin with: `nsi-` when absent. Nothing else may begin so. */
  readonly projectPrefix?: string;
  /** Connections, those that have ended and can be asked about among them; 10,000 when absent. */
  readonly maxConnections?: number;
  /** Of one peer, those that have not ended; 1,000 when absent. */
  readonly maxConnectionsPerPeer?: number;
  /** How long something is held that is not committed, in seconds; 120 when absent. */
  readonly holdSeconds?: number;
  /** Opens a port of its own; without, mount `handler` in a server of your own. */
  readonly listen?: HttpServerOptions;
  /** What it shows, and believes, where it tells peers. */
  readonly tls?: ClientTls;
  /** Carries what peers are told; TCP and TLS when absent. */
  readonly http?: HttpClient;
}
