import type { Attachment } from "../../../model/attachment.ts";
import type { PortRef } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import type { Action } from "../wire/action.ts";
import { PORT_IN_PORT } from "../wire/constants.ts";
import { type Exit, forward, forwardEach } from "./rewrite.ts";

/** The port numbers of one switch, as far as they are known. */
export type PortNumbers = ReadonlyMap<PortRef, number>;

/** The queues by which frames leave, at ports where they leave by one. */
export type PortQueues = ReadonlyMap<PortRef, number>;

/** How frames leave one switch. */
export interface Exits {
  readonly ports: PortNumbers;
  readonly queues: PortQueues;
}

/** The number of an attachment's port. */
export function numberOf(at: Attachment, ports: PortNumbers): number {
  const number = ports.get(at.port);
  invariant(number !== undefined, `port ${at.port} has a number`);
  return number;
}

/** Sends a frame that came in at `from`, with or without a tag now, out at `to`. */
export function sendCopy(
  tagged: boolean,
  from: Attachment,
  to: Attachment,
  exits: Exits,
): readonly Action[] {
  return forward(tagged, to.tag, exitOf(from, to, exits));
}

/** Sends copies one after another, in the actions of OpenFlow 1.0. */
export function sendCopies(
  tagged: boolean,
  from: Attachment,
  egress: readonly Attachment[],
  exits: Exits,
): readonly Action[] {
  const copies = egress.map((to) => ({ to: to.tag, exit: exitOf(from, to, exits) }));
  return forwardEach(tagged, copies);
}

/** Out of the port it came in by, under another tag, a frame goes only when told so by `IN_PORT`. */
function exitOf(from: Attachment, to: Attachment, { ports, queues }: Exits): Exit {
  const hairpin = to.port === from.port && to.tag !== from.tag;
  const port = hairpin ? PORT_IN_PORT : numberOf(to, ports);
  return { port, queue: queues.get(to.port) };
}
