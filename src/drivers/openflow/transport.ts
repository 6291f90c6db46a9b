import type { ResultAsync } from "neverthrow";

/** What the owner of a {@link Transport} wants to hear from it. */
export interface TransportHandlers {
  /** Bytes arrived, split anywhere. The view is only good during the call: copy what is kept. */
  readonly onData: (bytes: Uint8Array) => void;
  /** More may be sent, after a {@link Transport.send} that returned false. */
  readonly onDrain: () => void;
  /** The last call: whoever closed it, exactly once, and possibly from inside `close`. */
  readonly onClose: (reason: string) => void;
}

/** The certificate that the far end has shown, and that one of our authorities has signed. */
export interface PeerCertificate {
  /** The common name of its subject, where there is one. */
  readonly commonName: string | undefined;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint256: string;
}

/** A byte duplex to one switch: a TCP or TLS connection, or an in-memory pair. */
export interface Transport {
  /** The far end, for people: `192.0.2.1:41234`. */
  readonly remote: string;
  /** Absent where the far end was not asked for one. */
  readonly certificate?: PeerCertificate | undefined;
  /**
   * Takes the transport into service; called once, by its owner. Nothing is delivered before, and
   * nothing that arrived before is lost.
   */
  open(handlers: TransportHandlers): void;
  /**
   * Queues bytes, which the caller leaves alone from then on. False asks to hold further bytes back
   * until `onDrain`; these were taken all the same. On a closed transport it does nothing.
   */
  send(bytes: Uint8Array): boolean;
  /** Ends the connection; bytes sent before are still delivered where that is possible. Idempotent. */
  close(reason?: string): void;
}

/** Where a listener is reached. An in-memory one has a made-up host and port 0. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Why a listener could not be opened: address in use, no permission, bad key. */
export interface ListenError {
  readonly type: "listen-failed";
  readonly address: ListenAddress;
  readonly reason: string;
}

/** Somebody who dialled in and did not become a connection. */
export interface RefusedPeer {
  /** As {@link Transport.remote}. */
  readonly remote: string;
  /** For people. */
  readonly reason: string;
}

/** Where switches dial in: a TCP or TLS port, or the in-memory one of `dcns/testing`. */
export interface SwitchListener {
  /** Starts to listen; called once. `accept` owns each transport that it is given; `refused` hears of who is not let in. */
  listen(
    accept: (transport: Transport) => void,
    refused?: (peer: RefusedPeer) => void,
  ): ResultAsync<ListenAddress, ListenError>;
  /** Stops listening and closes every transport that it accepted. Idempotent. */
  close(): Promise<void>;
}
