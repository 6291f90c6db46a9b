import type { Result } from "neverthrow";
import * as v from "valibot";
import type { Tagging } from "../model/attachment.ts";
import { type Bandwidth, parseBandwidth } from "../model/bandwidth.ts";
import {
  type DatapathId,
  type DomainId,
  datapathId,
  domainId,
  type LinkId,
  linkId,
  type NodeId,
  nodeId,
  type PortRef,
  portRef,
} from "../model/ids.ts";
import {
  MAX_NAME_LENGTH,
  NAME,
  NAME_RULE,
  NAME_WITHOUT_COLON,
  NAME_WITHOUT_COLON_RULE,
} from "../model/name.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { VniSet } from "../model/vni-set.ts";
import type { TopologyDocument } from "./document.ts";

/** A document whose every value by itself is right, with its defaults filled in. */
export interface CheckedDocument {
  readonly format: "dcns-topology/1";
  readonly domains: readonly CheckedDomain[];
  readonly nodes: readonly CheckedNode[];
  readonly links: readonly CheckedLink[];
  readonly hosts: readonly CheckedHost[];
}

export interface CheckedDomain {
  readonly id: DomainId;
  readonly driver: string;
}

export interface CheckedNode {
  readonly id: NodeId;
  readonly domain: DomainId;
  readonly datapathId?: DatapathId | undefined;
  readonly vlanTranslation: boolean;
  readonly branching: boolean;
  readonly enabled: boolean;
  readonly ports: readonly CheckedPort[];
}

export interface CheckedPort {
  readonly id: string;
  readonly ofPort?: number | undefined;
  readonly name?: string | undefined;
  readonly vlans: VlanSet;
  readonly capacity?: Bandwidth | undefined;
}

export interface CheckedLink {
  readonly id: LinkId;
  readonly a: PortRef;
  readonly b: PortRef;
  readonly capacity: Bandwidth;
  /** Unless it says otherwise, and has no `labels`, {@link VlanSet.default}. */
  readonly vlans?: VlanSet | undefined;
  readonly labels?: { readonly space: "vni"; readonly range: VniSet } | undefined;
  readonly metric: number;
  readonly delayMs: number;
  readonly srlg: readonly string[];
  readonly enabled: boolean;
}

export interface CheckedHost {
  readonly host: string;
  readonly nic: string;
  readonly port: PortRef;
  readonly tagging: Tagging;
}

/** The highest number of a physical port (OpenFlow 1.3.5, section 7.2.1, OFPP_MAX). */
const MAX_OF_PORT = 0xffffff00;
/** Keeps the cost of the longest path exact in a double. */
const MAX_METRIC = 1e9;
/** More than a day is a mistake in the unit. */
const MAX_DELAY_MS = 86_400_000;

/**
 * What a document must look like, value by value; the JSON Schema of the package is made from it.
 * Each call makes a schema of its own, which reads equal texts once and shares what they mean.
 */
export function topologySchema(): v.GenericSchema<TopologyDocument, CheckedDocument> {
  const vlans = v.pipe(
    v.string(),
    v.description('VLAN IDs and ranges, "100-199,205"; "2-4094" by default'),
    read<string, VlanSet>(VlanSet.parse),
  );
  const labels = closed({
    space: v.literal("vni", 'must be "vni"'),
    range: v.pipe(
      v.string(),
      v.description('VXLAN network identifiers and ranges, "10000-19999"'),
      read<string, VniSet>(VniSet.parse),
    ),
  });
  const bandwidth = v.pipe(
    v.union([v.number(), v.string()]),
    v.description('bit/s, or text with a unit: "10Gbps"'),
    read<number | string, Bandwidth>(parseBandwidth),
  );
  const enabled = v.optional(v.boolean(), true);

  const domain = closed({ id: v.pipe(name, v.transform(domainId)), driver: name });
  const port = closed({
    id: name,
    ofPort: v.optional(v.pipe(between(1, MAX_OF_PORT), v.integer("must be a whole number"))),
    name: v.optional(v.pipe(v.string(), v.nonEmpty("must not be empty"))),
    vlans: v.optional(vlans, "2-4094"),
    capacity: v.optional(bandwidth),
  });
  const node = closed({
    id: v.pipe(nameWithoutColon, v.transform(nodeId)),
    domain: v.pipe(name, v.transform(domainId)),
    datapathId: v.optional(datapath),
    vlanTranslation: v.optional(v.boolean(), true),
    branching: v.optional(v.boolean(), true),
    enabled,
    ports: v.array(port),
  });
  const end = v.pipe(v.string(), v.description("node:port"), v.transform(portRef));
  const link = closed({
    id: v.pipe(name, v.transform(linkId)),
    a: end,
    b: end,
    capacity: bandwidth,
    vlans: v.optional(vlans),
    labels: v.optional(labels),
    metric: v.optional(between(0, MAX_METRIC), 1),
    delayMs: v.optional(between(0, MAX_DELAY_MS), 0),
    srlg: v.optional(v.array(name), []),
    enabled,
  });
  const host = closed({
    host: name,
    nic: nameWithoutColon,
    port: end,
    tagging: v.optional(v.picklist(["tagged", "untagged"]), "tagged"),
  });
  return closed({
    format: v.literal("dcns-topology/1"),
    domains: v.array(domain),
    nodes: v.array(node),
    links: v.optional(v.array(link), []),
    hosts: v.optional(v.array(host), []),
  });
}

/** Says what is wrong with a value for which a schema has no words of its own. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is not a known key";
  if (issue.path?.at(-1)?.origin === "key") return "is missing";
  const expected = issue.expected ?? "something else";
  return `must be ${EXPECTED.get(expected) ?? expected}`;
}

const EXPECTED: ReadonlyMap<string, string> = new Map([
  ["Object", "an object"],
  ["Array", "an array"],
  ["string", "a string"],
  ["number", "a number"],
  ["boolean", "true or false"],
  ["(number | string)", "a number or a string"],
]);

const name = v.pipe(v.string(), v.maxLength(MAX_NAME_LENGTH, NAME_RULE), v.regex(NAME, NAME_RULE));
const nameWithoutColon = v.pipe(
  v.string(),
  v.maxLength(MAX_NAME_LENGTH, NAME_WITHOUT_COLON_RULE),
  v.regex(NAME_WITHOUT_COLON, NAME_WITHOUT_COLON_RULE),
);

const HEX_DIGITS = /^[0-9a-fA-F]{16}$|^0x[0-9a-fA-F]{1,16}$|^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){7}$/;
const datapath = v.pipe(
  v.string(),
  v.regex(HEX_DIGITS, "must be 16 hexadecimal digits, 8 pairs with colons, or 0x and a number"),
  v.transform((text) => datapathId(text.replace(/^0x|:/g, "").toLowerCase().padStart(16, "0"))),
);

/** An object with these keys and no others; unlike `strictObject`, it reports every other key. */
function closed<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.ObjectWithRestSchema<Entries, v.NeverSchema<undefined>, undefined> {
  return v.objectWithRest(entries, v.never());
}

function between(min: number, max: number) {
  const range = `must be from ${min} to ${max}`;
  return v.pipe(v.number(), v.minValue(min, range), v.maxValue(max, range));
}

/** Turns what `parse` reads into the value, and its error into an issue; equal inputs share both. */
function read<Input, Output>(
  parse: (input: Input) => Result<Output, string>,
): v.RawTransformAction<Input, Output> {
  const known = new Map<Input, Result<Output, string>>();
  return v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const result = known.get(dataset.value) ?? parse(dataset.value);
    known.set(dataset.value, result);
    if (result.isOk()) return result.value;
    addIssue({ message: result.error });
    return NEVER;
  });
}
