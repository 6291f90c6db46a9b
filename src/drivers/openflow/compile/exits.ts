import type { Attachment } from "../../../model/attachment.ts";
import type { PortRef } from "../../../model/ids.ts";
import { invariant } from "../../../model/invariant.ts";
import type { Action } from "../wire/action.ts";
import { PORT_IN_PORT } from "../wire/constants.ts";
import { forward, forwardEach } from "./rewrite.ts";

/** The port numbers of one switch, as far as they are known. */
export type PortNumbers = ReadonlyMap<PortRef, number>;

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
  ports: PortNumbers,
): readonly Action[] {
  return forward(tagged, to.tag, exitOf(from, to, ports));
}

/** Sends copies one after another, in the actions of OpenFlow 1.0. */
export function sendCopies(
  tagged: boolean,
  from: Attachment,
  egress: readonly Attachment[],
  ports: PortNumbers,
): readonly Action[] {
  const copies = egress.map((to) => ({ to: to.tag, port: exitOf(from, to, ports) }));
  return forwardEach(tagged, copies);
}

/** Out of the port it came in by, under another tag, a frame goes only when told so by `IN_PORT`. */
function exitOf(from: Attachment, to: Attachment, ports: PortNumbers): number {
  const hairpin = to.port === from.port && to.tag !== from.tag;
  return hairpin ? PORT_IN_PORT : numberOf(to, ports);
}
