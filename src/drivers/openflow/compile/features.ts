import type { Action } from "../wire/action.ts";
import { PORT_CONTROLLER, PORT_IN_PORT } from "../wire/constants.ts";
import type { OxmField } from "../wire/match.ts";
import type { Draft, DraftFlow } from "./draft.ts";

/**
 * What programs ask of a switch beyond what it says of itself, one by one: each is what one flow, group
 * or meter of a self-test has that others have not.
 */
export const featureNames = {
  "match-tag": "match frames by port and VLAN",
  "match-second-tag": "tell frames with two tags from others",
  "match-any-tag": "match frames with any tag",
  "match-source": "match source addresses",
  "match-destination": "match destination addresses",
  "match-group-source": "match source addresses of groups",
  "match-link-protocols": "match the addresses of link protocols",
  "match-metadata": "match metadata",
  "match-network": "match a part of the metadata",
  "match-tunnel": "match tunnel ids",
  "set-tag": "change VLANs",
  "set-tunnel": "set tunnel ids",
  "push-tag": "put tags on",
  "pop-tag": "take tags off",
  hairpin: "send frames back out of the port they came in by",
  "to-controller": "send frames to the controller",
  "write-metadata": "write metadata",
  goto: "send frames on to another table",
  "table-1": "hold flows in the second of our tables",
  "table-2": "hold flows in the third of our tables",
  "table-3": "hold flows in the fourth of our tables",
  "table-4": "hold flows in the fifth of our tables",
  "group-indirect": "hold groups of type INDIRECT",
  "group-all": "hold groups of type ALL",
  "group-failover": "hold groups of type FAST FAILOVER",
  meter: "hold flows to a meter",
  bundle: "carry out bundles",
  learn: "learn addresses",
  queue: "put frames into queues",
} as const;

/** One thing that programs ask of a switch. */
export type Feature = keyof typeof featureNames;

/** What flows ask for that the agent adds when it learns for a switch. */
export const taughtFeatures: ReadonlySet<Feature> = new Set([
  "to-controller",
  "match-source",
  "match-destination",
  "match-metadata",
  "match-network",
  "write-metadata",
  "goto",
  "table-2",
  "table-3",
  "table-4",
]);

/** What of {@link featureNames} a draft asks for; `firstTable` is the first of our tables. */
export function featuresOf(draft: Draft, firstTable: number): ReadonlySet<Feature> {
  const features = new Set<Feature>();
  for (const flow of draft.flows) addOfFlow(features, flow, firstTable);
  for (const { groupType, buckets } of draft.groups.values()) {
    features.add(groupType === "all" ? "group-all" : "group-failover");
    for (const { actions } of buckets) addOfActions(features, actions);
  }
  if (features.has("to-controller")) for (const each of taughtFeatures) features.add(each);
  return features;
}

function addOfFlow(features: Set<Feature>, flow: DraftFlow, firstTable: number): void {
  const { match, table, actions, meter, among, noteAmong, goto } = flow;
  for (const field of match) {
    const feature = ofField(field);
    if (feature !== undefined) features.add(feature);
  }
  addOfActions(features, actions);
  const place = tables[table - firstTable];
  if (place !== undefined) features.add(place);
  if (meter !== undefined) features.add("meter");
  if (among !== undefined) features.add("match-metadata");
  if (noteAmong !== undefined) features.add("write-metadata");
  if (goto !== undefined) features.add("goto");
}

const tables: readonly (Feature | undefined)[] = [
  undefined,
  "table-1",
  "table-2",
  "table-3",
  "table-4",
];

function ofField({ field, mask }: OxmField): Feature | undefined {
  const isPart = mask !== undefined;
  switch (field) {
    case "in_port":
      return "match-tag";
    case "vlan_vid":
      return isPart ? "match-any-tag" : "match-tag";
    case "eth_type":
      return "match-second-tag";
    case "eth_src":
      return isPart ? "match-group-source" : "match-source";
    case "eth_dst":
      return isPart ? "match-link-protocols" : "match-destination";
    case "tunnel_id":
      return "match-tunnel";
    case "metadata":
      return isPart ? "match-network" : "match-metadata";
    default:
      return undefined;
  }
}

function addOfActions(features: Set<Feature>, actions: readonly Action[]): void {
  for (const action of actions) for (const each of ofAction(action)) features.add(each);
}

function ofAction(action: Action): readonly Feature[] {
  switch (action.type) {
    case "push-vlan":
      return ["push-tag"];
    case "pop-vlan":
    case "strip-vlan":
      return ["pop-tag"];
    case "set-field":
      return [action.field.field === "tunnel_id" ? "set-tunnel" : "set-tag"];
    case "set-vlan-vid":
      return ["set-tag"];
    case "set-queue":
      return ["queue"];
    case "enqueue":
      return action.port === PORT_IN_PORT ? ["queue", "hairpin"] : ["queue"];
    case "nx-learn2":
    case "nx-resubmit-table":
      return ["learn"];
    case "output":
      if (action.port === PORT_IN_PORT) return ["hairpin"];
      return action.port === PORT_CONTROLLER ? ["to-controller"] : [];
    default:
      return [];
  }
}
