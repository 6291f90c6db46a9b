import type { Result } from "neverthrow";
import * as v from "valibot";
import type { Channel, LabelSpace } from "../ledger/channel.ts";
import type { Claim } from "../ledger.ts";
import { bandwidth } from "../model/bandwidth.ts";
import { linkId, networkNumber, nodeId, portRef, projectId, vlanId } from "../model/ids.ts";
import { parseMacAddress } from "../model/mac-address.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { vni } from "../model/vni.ts";
import { VniSet } from "../model/vni-set.ts";
import type { NetworkRecord, Quarantine } from "./record.ts";
import { DEFAULT_PRIORITY } from "./request-options.ts";

/**
 * The version of the stored form. A record of version 1 says nothing of addresses and allowances, for
 * there were none, one of version 2 nothing of a schedule, one of version 3 nothing of being held, one
 * of version 4 nothing of what domains promise ahead, and all are read as they are; one of an unknown
 * version is refused, not guessed at.
 */
export const FORMAT = 5;
const READABLE_FORMATS = [1, 2, 3, 4, FORMAT] as const;

const instant = v.pipe(v.number(), v.safeInteger());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const project = v.pipe(v.string(), v.transform(projectId));
const number = v.pipe(count, v.transform(networkNumber));
const rate = v.pipe(count, v.transform(bandwidth));
const vlan = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4094), v.transform(vlanId));
const vlanTag = v.union([vlan, v.literal("untagged")]);
const vniLabel = v.pipe(
  v.string(),
  v.regex(/^vni:[1-9]\d{0,7}$/),
  v.transform((text) => vni(Number(text.slice("vni:".length)))),
  v.check((label) => VniSet.all.has(label)),
);
const label = v.union([vlan, vniLabel]);
const tag = v.union([vlanTag, vniLabel]);
const tagging = v.picklist(["tagged", "untagged"]);
const node = v.pipe(v.string(), v.transform(nodeId));
const port = v.pipe(v.string(), v.transform(portRef));
const link = v.pipe(v.string(), v.transform(linkId));
const vlans = v.pipe(v.string(), parsedBy(VlanSet.parse));
const mac = v.pipe(v.string(), parsedBy(parseMacAddress));

const specSchema = v.object({
  endpoints: v.array(
    v.object({
      hostPort: v.string(),
      tagging: v.exactOptional(tagging),
      vlan: v.exactOptional(vlan),
      bandwidth: v.exactOptional(rate),
      macs: v.exactOptional(v.array(mac)),
    }),
  ),
  bandwidth: rate,
  vlans,
  sharing: v.picklist(["hose", "shared"]),
  delivery: v.picklist(["static", "learn", "flood"]),
  floodAllowance: v.exactOptional(rate),
  maxAddresses: v.exactOptional(count),
  maxNetworkAddresses: v.exactOptional(count),
  linkProtocols: v.exactOptional(v.boolean()),
  protection: v.picklist(["none", "restore", "disjoint"]),
  priority: v.optional(v.pipe(v.number(), v.integer()), DEFAULT_PRIORITY),
  schedule: v.exactOptional(
    v.object({
      start: v.exactOptional(instant),
      end: v.exactOptional(instant),
      hold: v.exactOptional(v.literal(true)),
    }),
  ),
  rateSteps: v.exactOptional(v.array(v.object({ step: rate, bits: v.exactOptional(count) }))),
});

const planSchema = v.object({
  vlan,
  endpoints: v.array(
    v.object({
      hostPort: v.string(),
      attachment: v.object({ node, port, tag: vlanTag }),
      tagging,
      bandwidth: rate,
    }),
  ),
  links: v.array(v.object({ link, label, forward: rate, backward: rate })),
  ports: v.array(v.object({ port, in: rate, out: rate })),
  cost: v.number(),
});

const backupSchema = v.object({
  links: v.array(v.object({ link, label, forward: rate, backward: rate })),
  returning: v.array(v.object({ link, label })),
});

const bypassEnd = v.object({ node, link });

const bypassesSchema = v.object({
  ways: v.array(
    v.object({
      ends: v.tuple([bypassEnd, bypassEnd]),
      links: v.array(v.object({ link, label })),
    }),
  ),
  links: v.array(v.object({ link, label, forward: rate, backward: rate })),
});

const realisation = v.object({
  generation: count,
  spec: specSchema,
  plan: planSchema,
  backup: v.exactOptional(backupSchema),
  bypasses: v.exactOptional(bypassesSchema),
});

const claim = v.pipe(
  v.object({
    holder: v.string(),
    from: v.exactOptional(instant),
    until: v.exactOptional(instant),
    bandwidth: v.array(
      v.object({
        channel: v.pipe(v.string(), v.transform(storedChannel)),
        amount: rate,
      }),
    ),
    labels: v.array(v.object({ space: v.pipe(v.string(), v.transform(storedSpace)), label: tag })),
  }),
  v.transform(
    ({ from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, ...stored }): Claim => {
      return { ...stored, interval: { start: from, end: until } };
    },
  ),
);

const base = {
  format: v.picklist(READABLE_FORMATS),
  project,
  number,
  createdAt: count,
  updatedAt: count,
};

/** A record as it is stored. */
export const recordSchema: v.GenericSchema<unknown, NetworkRecord> = v.variant("phase", [
  v.object({ ...base, phase: v.literal("setup"), target: realisation }),
  v.object({
    ...base,
    phase: v.literal("reserving"),
    target: realisation,
    before: v.exactOptional(realisation),
  }),
  v.object({ ...base, phase: v.literal("reserved"), target: realisation }),
  v.object({ ...base, phase: v.literal("provision"), target: realisation }),
  v.object({ ...base, phase: v.literal("stable"), current: realisation }),
  v.object({
    ...base,
    phase: v.literal("modify"),
    current: realisation,
    target: realisation,
    claim,
    mode: v.exactOptional(v.picklist(["in-place", "reroute", "replace"])),
  }),
  v.object({
    ...base,
    phase: v.literal("teardown"),
    current: realisation,
    isReserved: v.exactOptional(v.literal(true)),
  }),
]);

/** A quarantine as it is stored. */
export const quarantineSchema: v.GenericSchema<unknown, Quarantine> = v.object({
  format: v.picklist(READABLE_FORMATS),
  id: number,
  project,
  number,
  claim,
  pending: v.pipe(v.array(node), v.minLength(1)),
});

/** Reads a text as `parse` does. */
function parsedBy<T>(parse: (text: string) => Result<T, string>): v.RawTransformAction<string, T> {
  return v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const parsed = parse(dataset.value);
    if (parsed.isOk()) return parsed.value;
    addIssue({ message: parsed.error });
    return NEVER;
  });
}

/** A channel that a ledger named when it was stored. */
function storedChannel(text: string): Channel {
  return text as Channel;
}

/** A label space that a ledger named when it was stored. */
function storedSpace(text: string): LabelSpace {
  return text as LabelSpace;
}
