import type { OfMessage } from "../../src/drivers/openflow/index.ts";

/** What an index calls a message: its type and what it is more exactly, in capitals. */
export interface Label {
  readonly type: string;
  readonly subtype: string;
}

/** The label for what was decoded; numbers are taken from `bytes`, which it encodes to. */
export function labelOf(message: OfMessage, bytes: Uint8Array): Label {
  return { type: typeName(message, bytes), subtype: subtypeName(message, bytes) };
}

const VERSION_1_0 = 1;
const EXPERIMENTER = 4;

function typeName(message: OfMessage, bytes: Uint8Array): string {
  if (bytes[1] === EXPERIMENTER) return "EXPERIMENTER";
  switch (message.type) {
    case "multipart-request":
    case "multipart-reply": {
      const name = capitals(message.type);
      return bytes[0] === VERSION_1_0 ? name.replace("MULTIPART", "STATS") : name;
    }
    case "bundle-add":
      return "BUNDLE_ADD_MESSAGE";
    case "unknown":
      return `TYPE_${message.code}`;
    default:
      return capitals(message.type);
  }
}

function subtypeName(message: OfMessage, bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[1] === EXPERIMENTER) return foreignName(view, 8);
  switch (message.type) {
    case "multipart-request":
    case "multipart-reply":
      return bodyName(message.body.type, view);
    case "flow-mod":
    case "group-mod":
    case "meter-mod":
      return typeof message.command === "number"
        ? String(message.command)
        : capitals(message.command);
    case "bundle-control":
      return String(view.getUint16(12));
    case "error":
      return `${view.getUint16(8)}/${view.getUint16(10)}`;
    default:
      return "";
  }
}

function bodyName(type: string, view: DataView): string {
  switch (type) {
    case "experimenter":
      return `EXPERIMENTER:${foreignName(view, view.getUint8(0) === VERSION_1_0 ? 12 : 16)}`;
    case "flow-stats":
      return "FLOW_STATS_1.5";
    case "port-stats":
      return "PORT";
    case "unknown":
      return String(view.getUint16(8));
    default:
      return capitals(type);
  }
}

/** The organisation and its own number. */
function foreignName(view: DataView, at: number): string {
  if (view.byteLength < at + 8) return "short";
  return `0x${view.getUint32(at).toString(16)}/${view.getUint32(at + 4)}`;
}

function capitals(type: string): string {
  return type.replaceAll("-", "_").toUpperCase();
}
