import { encodeMessage } from "../drivers/openflow/wire/encode.ts";
import { MAX_MESSAGE_BYTES } from "../drivers/openflow/wire/message-splitter.ts";
import type { MultipartReply, MultipartReplyBody } from "../drivers/openflow/wire/multipart.ts";
import type { OfVersion } from "../drivers/openflow/wire/version.ts";

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
  const bytesOf = (part: readonly Element[]): number =>
    encodeMessage(version, 0, { type: "multipart-reply", more: false, body: bodyOf(part) }).length;
  const headerBytes = bytesOf([]);
  const parts: Element[][] = [[]];
  let room = MAX_MESSAGE_BYTES - headerBytes;
  for (const element of elements) {
    const bytes = bytesOf([element]) - headerBytes;
    if (bytes > room) {
      parts.push([]);
      room = MAX_MESSAGE_BYTES - headerBytes;
    }
    parts.at(-1)?.push(element);
    room -= bytes;
  }
  return parts.map(bodyOf);
}
