/** What tshark calls a number that has another name in our values. */
const ourNames: Readonly<Record<string, string>> = {
  auxiliary_id: "auxiliaryId",
  buffer_id: "bufferId",
  burst_size: "burst",
  byte_count: "byteCount",
  cookie: "cookie",
  cookie_mask: "cookieMask",
  datapath_id: "datapathId",
  duration_nsec: "durationNs",
  duration_sec: "durationS",
  flow_count: "flowCount",
  generation_id: "generationId",
  hard_timeout: "hardTimeoutS",
  idle_timeout: "idleTimeoutS",
  importance: "importance",
  max_entries: "maxEntries",
  max_meter: "maxMeter",
  miss_send_len: "missSendLen",
  out_group: "outGroup",
  packet_count: "packetCount",
  priority: "priority",
  rate: "rate",
  ref_count: "refCount",
  total_len: "totalLen",
  tx_bytes: "txBytes",
};

/**
 * Numbers in which tshark's tree and a decoded message differ, by our name for them. A name that
 * does not stand as often in both is left out: tshark does not dissect everything, and shows the
 * start of an offending message inside an error.
 */
export function differences(tree: unknown, message: unknown): readonly string[] {
  const theirs = new Map<string, bigint[]>();
  collectTheirs(tree, theirs);
  const ours = new Map<string, bigint[]>();
  collectOurs(message, ours);
  return [...theirs].flatMap(([name, numbers]) => {
    const mine = ours.get(name) ?? [];
    if (mine.length !== numbers.length) return [];
    const isSame = numbers.every((number, index) => number === mine[index]);
    return isSame ? [] : [`${name}: tshark has ${numbers.join(" ")}, we have ${mine.join(" ")}`];
  });
}

function collectTheirs(tree: unknown, found: Map<string, bigint[]>): void {
  if (tree === null || typeof tree !== "object") return;
  for (const [key, value] of Object.entries(tree)) {
    const name = ourNames[key.split(".").at(-1) ?? ""];
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === "object") collectTheirs(each, found);
      else if (name !== undefined && /^(0x[0-9a-f]+|\d+)$/.test(String(each))) {
        found.set(name, [...(found.get(name) ?? []), BigInt(String(each))]);
      }
    }
  }
}

function collectOurs(value: unknown, found: Map<string, bigint[]>): void {
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return;
  for (const [name, each] of Object.entries(value)) {
    if (typeof each === "number" || typeof each === "bigint") {
      found.set(name, [...(found.get(name) ?? []), BigInt(each)]);
    } else collectOurs(each, found);
  }
}
