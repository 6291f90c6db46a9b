import type { Socket } from "node:net";
import type { TLSSocket, Server as TlsServer } from "node:tls";
import type { RefusedPeer } from "./transport.ts";

/** The far end of a connection, for people. */
export function remoteOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

/**
 * Tells of those with whom there is no TLS, and why. Who only goes away again, as one that looks whether somebody
 * listens, is nobody that was refused.
 */
export function tellRefused(server: TlsServer, refused: (peer: RefusedPeer) => void): void {
  const remotes = new WeakMap<TLSSocket, string>();
  // A socket that Node has closed for its certificate does not say any more whose it was, and no other event comes
  // before that. The keys are looked at by nobody.
  server.on("keylog", (_, socket) => {
    if (!remotes.has(socket)) remotes.set(socket, remoteOf(socket));
  });
  server.on("tlsClientError", (error, socket) => {
    const remote = remotes.get(socket) ?? remoteOf(socket);
    const reason = reasonOf(error, socket);
    // Node leaves a connection open whose handshake took too long.
    socket.destroy();
    if (reason !== undefined) refused({ remote, reason });
  });
}

function reasonOf(error: Error, { authorizationError }: TLSSocket): string | undefined {
  if (authorizationError) return `its certificate is not trusted: ${authorizationError}`;
  if ("code" in error && error.code === "ECONNRESET") return undefined;
  const said = "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
  return `its TLS handshake failed: ${said}`;
}
