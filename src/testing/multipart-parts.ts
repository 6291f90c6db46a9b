import { encodedBytes } from "../drivers/openflow/wire/encode.ts";
import { MAX_MESSAGE_BYTES } from "../drivers/openflow/wire/message-splitter.ts";
import type { MultipartReply, MultipartReplyBody } from "../drivers/openflow/wire/multipart.ts";
import type { OfVersion } from "../drivers/openflow/wire/version.ts";

/** How many elements are measured together. */
const MEASURED_AT_ONCE = 64;

/**
 * Cuts an answer into messages, each as full as one can be (OpenFlow 1.3.5 §7.3.5): no element is
 * split, and all parts but the last say that more follow.
 */
export function multipartParts(
  version: OfVersion,
  body: MultipartReplyBody,
): readonly MultipartReply[] {
  const bodies = splitBody(version, body);
  return bodies.map((part, index) => ({
    type: "multipart-reply",
    more: index < bodies.length - 1,
    body: part,
  }));
}

function splitBody(version: OfVersion, body: MultipartReplyBody): readonly MultipartReplyBody[] {
  switch (body.type) {
    case "flow":
      return fill(version, body.flows, (flows) => ({ ...body, flows }));
    case "group":
      return fill(version, body.groups, (groups) => ({ ...body, groups }));
    case "group-desc":
      return fill(version, body.groups, (groups) => ({ ...body, groups }));
    case "meter":
      return fill(version, body.meters, (meters) => ({ ...body, meters }));
    case "meter-config":
      return fill(version, body.meters, (meters) => ({ ...body, meters }));
    case "port-stats":
      return fill(version, body.ports, (ports) => ({ ...body, ports }));
    case "port-desc":
      return fill(version, body.ports, (ports) => ({ ...body, ports }));
    default:
      return [body];
  }
}

function fill<Element>(
  version: OfVersion,
  elements: readonly Element[],
  bodyOf: (elements: readonly Element[]) => MultipartReplyBody,
): readonly MultipartReplyBody[] {
  // What is one element, or none, is one part whatever it takes.
  if (elements.length <= 1) return [bodyOf(elements)];
  const bytesOf = (part: readonly Element[]): number =>
    encodedBytes(version, { type: "multipart-reply", more: false, body: bodyOf(part) });
  const headerBytes = bytesOf([]);
  const parts: Element[][] = [[]];
  let room = MAX_MESSAGE_BYTES - headerBytes;
  /** Many elements are measured at once, and by halves where they do not fit. */
  const add = (run: readonly Element[]): void => {
    const bytes = bytesOf(run) - headerBytes;
    if (bytes > room && run.length > 1) {
      const middle = run.length >> 1;
      add(run.slice(0, middle));
      add(run.slice(middle));
      return;
    }
    if (bytes > room) {
      parts.push([]);
      room = MAX_MESSAGE_BYTES - headerBytes;
    }
    parts.at(-1)?.push(...run);
    room -= bytes;
  };
  for (let at = 0; at < elements.length; at += MEASURED_AT_ONCE) {
    add(elements.slice(at, at + MEASURED_AT_ONCE));
  }
  return parts.map(bodyOf);
}
