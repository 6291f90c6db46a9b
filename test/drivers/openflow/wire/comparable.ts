import type { DissectedField } from "../../../../scripts/vectors/dissection.ts";
import type { Match } from "../../../../src/drivers/openflow/wire/match.ts";
import type { Envelope, OfMessage } from "../../../../src/drivers/openflow/wire/message.ts";
import { basicFieldText, VLAN_BITS } from "./oxm-codes.ts";

/** What two readings of a message are compared by: under each name what stands there, in order. */
export type Comparable = ReadonlyMap<string, readonly string[]>;

/** What the last part of tshark's name stands for, by our name for it; the rest is not compared. */
const plainNames: Readonly<Record<string, string>> = {
  auxiliary_id: "auxiliaryId",
  buffer_id: "bufferId",
  burst_size: "burst",
  byte_count: "byteCount",
  byte_in_count: "byteInCount",
  cookie: "cookie",
  cookie_mask: "cookieMask",
  datapath_id: "datapathId",
  duration_nsec: "durationNs",
  duration_sec: "durationS",
  ethertype: "ethertype",
  flow_count: "flowCount",
  generation_id: "generationId",
  hard_timeout: "hardTimeoutS",
  hw_add: "hwAddr",
  hw_addr: "hwAddr",
  idle_timeout: "idleTimeoutS",
  importance: "importance",
  lookup_count: "lookupCount",
  match_count: "matchedCount",
  max_entries: "maxEntries",
  max_len: "maxLen",
  max_meter: "maxMeter",
  metadata_match: "metadataMatch",
  metadata_write: "metadataWrite",
  miss_send_len: "missSendLen",
  n_buffers: "buffers",
  n_tables: "tables",
  out_group: "outGroup",
  out_port: "outPort",
  packet_count: "packetCount",
  packet_in_count: "packetInCount",
  prec_level: "precLevel",
  priority: "priority",
  rate: "rate",
  ref_count: "refCount",
  rx_bytes: "rxBytes",
  rx_dropped: "rxDropped",
  rx_packets: "rxPackets",
  table_id: "table",
  total_len: "totalLen",
  ttl: "ttl",
  tx_bytes: "txBytes",
  tx_dropped: "txDropped",
  tx_packets: "txPackets",
  watch_group: "watchGroup",
  watch_port: "watchPort",
  weight: "weight",
};

/** Those that are something else under another heading. */
const fullNames: Readonly<Record<string, string>> = {
  "action.type": "action",
  "action.output.port": "output",
  "action.group.group_id": "to group",
  "action.set_queue.queue_id": "to queue",
  "groupmod.group_id": "group",
  "group_desc.group_id": "group",
  "group_stats.group_id": "group",
  "group_stats_request.group_id": "group",
  "instruction.type": "instruction",
  "instruction.goto_table.table_id": "goto",
  "instruction.meter.meter_id": "through meter",
  "instruction.write_metadata.value": "metadata",
  "instruction.write_metadata.mask": "metadata mask",
  "metermod.meter_id": "meter",
  "meter_stats.meter_id": "meter",
  "meter_stats_request.meter_id": "meter",
  "meter_config_request.meter_id": "meter",
  "packet_out.in_port": "inPort",
  action_typ: "action",
  output_port: "output",
};

const HEADER_BYTES = 8;
const headerNames = ["version", "type", "length", "xid"];

/** What tshark found, by our names. */
export function fromTshark(fields: readonly DissectedField[]): Comparable {
  const found = new Lists();
  for (const { name, hex, at, length } of fields) {
    const [, ...parts] = name.split(".");
    const path = parts.join(".");
    const key = parts[0]?.startsWith("async_config")
      ? ""
      : (fullNames[path] ?? plainNames[parts.at(-1) ?? ""] ?? "");
    if (headerNames.includes(path)) {
      if (at < HEADER_BYTES) found.add(`header ${path}`, BigInt(`0x${hex}`));
    } else if (ports.has(key) && length === 2) found.add(key, widened(BigInt(`0x${hex}`)));
    else if (key !== "") found.add(key, BigInt(`0x${hex}`));
  }
  for (const text of basicFieldsIn(fields)) found.add("field", text);
  for (const text of fixedFieldsIn(fields)) found.add("old match", text);
  return found.lists;
}

const ports: ReadonlySet<string> = new Set(["inPort", "outPort", "output"]);

/** The number that a port of 16 bits has in later versions (OpenFlow 1.3.5 §7.2.1). */
function widened(port: bigint): bigint {
  return port < 0xff00n ? port : 0xffff0000n | port;
}

/** `number=value/mask` of every field of class OPENFLOW_BASIC. */
function basicFieldsIn(fields: readonly DissectedField[]): readonly string[] {
  const texts: string[] = [];
  let parts: DissectedField[] = [];
  const end = (): void => {
    const text = oxmText(parts);
    if (text !== undefined) texts.push(text);
    parts = [];
  };
  for (const field of fields) {
    const [, group, part = ""] = field.name.split(".");
    if (group !== "oxm") continue;
    if (part === "class") end();
    parts.push(field);
  }
  end();
  return texts;
}

function oxmText(parts: readonly DissectedField[]): string | undefined {
  const part = (pattern: RegExp): DissectedField | undefined =>
    parts.find(({ name }) => pattern.test(name));
  if (part(/\.class$/)?.hex !== "8000") return undefined;
  const code = Number.parseInt(part(/\.field$/)?.hex ?? "", 16) >> 1;
  const vid = part(/value_vlan_vid$/);
  const isTagged = part(/value_vlan_present$/)?.hex === "1";
  const plain = part(/\.value(_(?!vlan_)\w+)?$/)?.hex;
  const value = vid === undefined ? plain : twoBytes(Number.parseInt(vid.hex, 16), isTagged);
  const mask = part(/mask$/)?.hex;
  const masked =
    code === 6 && mask !== undefined ? twoBytes(Number.parseInt(mask, 16), false) : mask;
  return `${code}=${value}${masked === undefined ? "" : `/${masked}`}`;
}

function twoBytes(value: number, isTagged: boolean): string {
  return ((value & VLAN_BITS) | (isTagged ? 0x1000 : 0)).toString(16).padStart(4, "0");
}

/** The places of a match of OpenFlow 1.0, as tshark calls them, and the field of which each is. */
const places: readonly (readonly [string, readonly string[], number])[] = [
  ["in_port", ["in_port"], 2],
  ["eth_src", ["eth_src"], 6],
  ["eth_dst", ["eth_dst"], 6],
  ["dl_vlan", ["vlan_vid"], 2],
  ["dl_vlan_pcp", ["vlan_pcp"], 1],
  ["ofp_match.dl_type", ["eth_type"], 2],
  ["ofp_match.tos", ["ip_dscp"], 1],
  ["ofp_match.nw_proto", ["ip_proto", "arp_op"], 1],
  ["ofp_match.source_addr", ["ipv4_src", "arp_spa"], 4],
  ["ofp_match.dest_addr", ["ipv4_dst", "arp_tpa"], 4],
  ["ofp_match.source_port", ["tcp_src", "udp_src", "icmpv4_type"], 2],
  ["ofp_match.dest_port", ["tcp_dst", "udp_dst", "icmpv4_code"], 2],
];

/** What stands in each place of the only message that tshark shows it of. */
function fixedFieldsIn(fields: readonly DissectedField[]): readonly string[] {
  if (!fields.some(({ name }) => name === "openflow.wildcards")) return [];
  return places.map(([place]) => {
    const { hex } = fields.find(({ name }) => name === `openflow.${place}`) ?? {};
    return `${place}=${hex}`;
  });
}

/** The same of a message of ours: zeros where nothing is asked. */
function fixedFieldsOf(message: OfMessage): readonly string[] {
  const holder = message.type === "multipart-request" ? message.body : message;
  const match: Match = "match" in holder ? (holder.match ?? []) : [];
  return places.map(([place, names, bytes]) => {
    const { value = 0 } = match.find(({ field }) => names.includes(field)) ?? {};
    return `${place}=${placeHex(place, value, bytes)}`;
  });
}

function placeHex(place: string, value: number | bigint | string, bytes: number): string {
  if (typeof value === "string") return value.replaceAll(":", "");
  const number = Number(value);
  const wire =
    place === "dl_vlan" ? number & 0xfff : place === "ofp_match.tos" ? number << 2 : number;
  return (wire % 2 ** (8 * bytes)).toString(16).padStart(2 * bytes, "0");
}

/** Numbers of actions (OpenFlow 1.5.1 §7.2.6.1 and, the second column, 1.0.0 §5.2.4). */
const actionCodes: Readonly<Record<string, number>> = {
  output: 0,
  "set-vlan-vid": 1,
  "set-vlan-pcp": 2,
  "strip-vlan": 3,
  "set-dl-src": 4,
  "set-dl-dst": 5,
  "set-nw-src": 6,
  "set-nw-dst": 7,
  "set-nw-tos": 8,
  "set-tp-src": 9,
  "set-tp-dst": 10,
  enqueue: 11,
  "copy-ttl-out": 11,
  "copy-ttl-in": 12,
  "set-mpls-ttl": 15,
  "dec-mpls-ttl": 16,
  "push-vlan": 17,
  "pop-vlan": 18,
  "push-mpls": 19,
  "pop-mpls": 20,
  "set-queue": 21,
  group: 22,
  "set-nw-ttl": 23,
  "dec-nw-ttl": 24,
  "set-field": 25,
  "push-pbb": 26,
  "pop-pbb": 27,
  "copy-field": 28,
  meter: 29,
};

const instructionCodes: Readonly<Record<string, number>> = {
  "goto-table": 1,
  "write-metadata": 2,
  "write-actions": 3,
  "apply-actions": 4,
  "clear-actions": 5,
  meter: 6,
  "stat-trigger": 7,
};
const EXPERIMENTER = 0xffff;

/** Members of parts, by `part type.member`, that are compared under a name of their own. */
const memberNames: Readonly<Record<string, string>> = {
  "actions output.port": "output",
  "actions group.group": "to group",
  "actions set-queue.queue": "to queue",
  "instructions goto-table.table": "goto",
  "instructions meter.meter": "through meter",
  "instructions write-metadata.metadata": "metadata",
  "instructions write-metadata.mask": "metadata mask",
};

const compared = new Set([...Object.values(plainNames), "group", "meter", "inPort"]);

/** What a decoded message says, by the same names; and its header. */
export function fromMessage(bytes: Uint8Array, { xid, message }: Envelope): Comparable {
  const found = new Lists();
  const [version = 0, type = 0] = bytes;
  const header = { version, type, length: bytes.length, xid };
  for (const [name, value] of Object.entries(header)) found.add(`header ${name}`, BigInt(value));
  collect(message, "", found);
  for (const text of fixedFieldsOf(message)) found.add("old match", text);
  return found.lists;
}

/** `list` is the name of the list that `value` is in. */
function collect(value: unknown, list: string, found: Lists): void {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return;
  const { type = "", field } = Object.fromEntries(Object.entries(value));
  if (list === "actions") found.add("action", BigInt(actionCodes[type] ?? EXPERIMENTER));
  if (list === "instructions") {
    found.add("instruction", BigInt(instructionCodes[type] ?? EXPERIMENTER));
  }
  if (typeof field === "string") found.add("field", basicFieldText(value));
  for (const [name, member] of Object.entries(value)) {
    if (Array.isArray(member)) for (const item of member) collect(item, name, found);
    else if (typeof member === "object") collect(member, name, found);
    else addMember(memberNames[`${list} ${type}.${name}`] ?? name, member, found);
  }
}

function addMember(name: string, value: unknown, found: Lists): void {
  const isMember = compared.has(name) || Object.values(memberNames).includes(name);
  if (name === "hwAddr") found.add(name, BigInt(`0x${String(value).replaceAll(":", "")}`));
  else if (!isMember) return;
  else if (typeof value === "number" || typeof value === "bigint") found.add(name, BigInt(value));
}

/** Lists by name, each in the order of its additions. */
class Lists {
  readonly lists = new Map<string, string[]>();

  add(name: string, value: bigint | string | undefined): void {
    if (value === undefined) return;
    const list = this.lists.get(name) ?? [];
    list.push(String(value));
    this.lists.set(name, list);
  }
}

/**
 * Where two readings differ; what tshark has nothing of at all is not compared. Where it `isPartial`, tshark's
 * are the first ones.
 */
export function differences(
  theirs: Comparable,
  ours: Comparable,
  isPartial: boolean,
): readonly string[] {
  return [...theirs].flatMap(([name, values]) => {
    const all = ours.get(name) ?? [];
    const mine = isPartial ? all.slice(0, values.length) : all;
    const isSame = values.length === mine.length && values.every((each, i) => each === mine[i]);
    return isSame ? [] : [`${name}: tshark has ${values.join(" ")}, we have ${mine.join(" ")}`];
  });
}
