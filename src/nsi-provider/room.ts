import type { Refusal } from "../drivers/oscars/nsi/answer.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionBook } from "./connection-book.ts";
import type { NsiPeerIdentity, NsiProviderOptions } from "./options.ts";
import { isOwner } from "./peer.ts";

/** How many connections there may be. */
type Limits = Pick<NsiProviderOptions, "maxConnections" | "maxConnectionsPerPeer">;

const DEFAULT_MAX_CONNECTIONS = 10_000;
const DEFAULT_MAX_CONNECTIONS_PER_PEER = 1_000;
/** How long a connection that has ended can be asked about. */
const KEPT_MS = 24 * 3_600_000;

/** Connections that ended long ago go; and the oldest of those that ended, where there are too many. */
export function forgetOld(
  book: ConnectionBook,
  now: number,
  { maxConnections = DEFAULT_MAX_CONNECTIONS }: Limits,
): void {
  const all = book.all();
  const over = all
    .filter((one) => !isLiving(one))
    .sort((one, other) => one.updatedAt - other.updatedAt);
  const tooMany = all.length + 1 - maxConnections;
  for (const [index, { connectionId, updatedAt }] of over.entries()) {
    if (index < tooMany || updatedAt < now - KEPT_MS) void book.remove(connectionId);
  }
}

/** Why a peer cannot have one more connection. */
export function whyFull(
  book: ConnectionBook,
  peer: NsiPeerIdentity,
  limits: Limits,
): Refusal | undefined {
  const { maxConnections = DEFAULT_MAX_CONNECTIONS } = limits;
  const { maxConnectionsPerPeer = DEFAULT_MAX_CONNECTIONS_PER_PEER } = limits;
  const all = book.all();
  if (all.length >= maxConnections) {
    return { errorId: "00600", text: "there is no room for more connections" };
  }
  const own = all.filter((one) => isLiving(one) && isOwner(one, peer));
  return own.length < maxConnectionsPerPeer
    ? undefined
    : { errorId: "00600", text: `you have ${own.length} connections: no more are allowed` };
}

/** Whether something is had by a connection, or may yet be: peers do not terminate all that has ended. */
function isLiving({ states, held, committed, pending }: Connection): boolean {
  const isOver = ["Terminated", "PassedEndTime", "Failed"].includes(states.lifecycleState);
  const has = held ?? committed ?? pending.reservation;
  return (has !== undefined && !isOver) || pending.lifecycle !== undefined;
}
