import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether tshark is installed. */
export function hasTshark(): boolean {
  const { PATH = "" } = process.env;
  return PATH.split(":").some((folder) => existsSync(`${folder}/tshark`));
}

/** One thing that tshark found in a message. */
export interface DissectedField {
  /** As tshark has it: `openflow_v4.flowmod.cookie`. */
  readonly name: string;
  /** The headings that it stands under, outermost first: `Instruction`, `Action`. */
  readonly under: readonly string[];
  /** Its bytes, or the bits of a flag, as hexadecimal digits. */
  readonly hex: string;
  /** Where it begins, in bytes from the start of the message. */
  readonly at: number;
  /** In bytes. */
  readonly length: number;
}

/** What tshark makes of one message. */
export interface Dissection {
  /** In the order in which they stand in the message. */
  readonly fields: readonly DissectedField[];
  /** What it complains of, or says that it does not know. */
  readonly remarks: readonly string[];
}

/** Has tshark dissect OpenFlow messages, each in a TCP segment of its own. */
export function dissect(messages: readonly Uint8Array[]): readonly Dissection[] {
  const folder = mkdtempSync(join(tmpdir(), "dcns-tshark-"));
  try {
    const file = join(folder, "messages.pcap");
    writeFileSync(file, capture(messages));
    const args = ["-r", file, "-T", "json", "-x", "--no-duplicate-keys"];
    const output = execFileSync("tshark", args, {
      encoding: "utf8",
      maxBuffer: 1 << 30,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const packets: readonly Packet[] = JSON.parse(output);
    return packets.map(({ _source: { layers } }) => dissection(layers));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Packet {
  readonly _source: { readonly layers: Readonly<Record<string, unknown>> };
}

const PCAP_MAGIC = 0xa1b2c3d4;
const LINKTYPE_RAW = 101;
const HEADERS_BYTES = 40;

/** A capture file in which each version has a connection of its own. */
function capture(messages: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32BE(PCAP_MAGIC, 0);
  head.writeUInt16BE(2, 4);
  head.writeUInt16BE(4, 6);
  head.writeUInt32BE(0x40000, 16);
  head.writeUInt32BE(LINKTYPE_RAW, 20);
  const sequence = new Map<number, number>();
  const packets = messages.flatMap((message, index) => {
    const [version = 0] = message;
    const start = sequence.get(version) ?? 1;
    sequence.set(version, start + message.length);
    return [recordHeader(index, message.length), segmentHeader(version, start, message), message];
  });
  return Buffer.concat([head, ...packets]);
}

function recordHeader(second: number, length: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(second, 0);
  header.writeUInt32BE(HEADERS_BYTES + length, 8);
  header.writeUInt32BE(HEADERS_BYTES + length, 12);
  return header;
}

/** IPv4 and TCP; tshark does not look at their checksums. */
function segmentHeader(version: number, start: number, { length }: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADERS_BYTES);
  header[0] = 0x45;
  header.writeUInt16BE(HEADERS_BYTES + length, 2);
  header[8] = 64;
  header[9] = 6;
  header.writeUInt32BE(0x0a000001, 12);
  header.writeUInt32BE(0x0a000002, 16);
  header.writeUInt16BE(40_000 + version, 20);
  header.writeUInt16BE(6653, 22);
  header.writeUInt32BE(start, 24);
  header[32] = 0x50;
  header[33] = 0x18;
  return header;
}

function dissection(layers: Readonly<Record<string, unknown>>): Dissection {
  const fields: DissectedField[] = [];
  const remarks = new Set<string>();
  let isOpenFlow = false;
  for (const [name, layer] of Object.entries(layers)) {
    if (name === "_ws.malformed") remarks.add("Malformed Packet (Exception occurred)");
    if (!/^openflow_v\d$/.test(name)) continue;
    isOpenFlow = true;
    for (const each of Array.isArray(layer) ? layer : [layer]) collect(each, [], fields, remarks);
  }
  if (!isOpenFlow) remarks.add("not taken for OpenFlow");
  return { fields: fields.toSorted((a, b) => a.at - b.at), remarks: [...remarks] };
}

function collect(
  tree: unknown,
  under: readonly string[],
  fields: DissectedField[],
  remarks: Set<string>,
): void {
  if (tree === null || typeof tree !== "object") return;
  for (const [key, value] of Object.entries(tree)) {
    if (key === "_ws.expert.message") remarks.add(String(value));
    else if (key.endsWith("_raw")) {
      for (const [hex, at, length] of isRaw(value) ? [value] : value) {
        const name = key.slice(0, -"_raw".length);
        fields.push({ name, under, hex, at: at - HEADERS_BYTES, length });
      }
    } else {
      for (const each of Array.isArray(value) ? value : [value]) {
        collect(each, [...under, key], fields, remarks);
      }
    }
  }
}

function isRaw(value: unknown): value is readonly [string, number, number] {
  return Array.isArray(value) && typeof value[0] === "string";
}
