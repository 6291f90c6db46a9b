import * as v from "valibot";
import { bandwidth } from "../../model/bandwidth.ts";
import type { BlockedResource } from "../../model/blocked-resource.ts";
import type { DriverCause } from "../../model/errors.ts";
import { nodeId, portRef } from "../../model/ids.ts";
import { VlanSet } from "../../model/vlan-set.ts";
import type { JsonValue } from "../../store/store.ts";

const node = v.pipe(v.string(), v.transform(nodeId));
const port = v.pipe(v.string(), v.transform(portRef));
/** VLANs, as they are read from the store. */
export const vlanSetSchema: v.GenericSchema<unknown, VlanSet> = v.pipe(
  v.string(),
  v.rawTransform<string, VlanSet>(({ dataset, addIssue, NEVER }) => {
    const set = VlanSet.parse(dataset.value);
    if (set.isOk()) return set.value;
    addIssue({ message: set.error });
    return NEVER;
  }),
);

const blocked: v.GenericSchema<unknown, BlockedResource> = v.variant("type", [
  v.object({
    type: v.literal("bandwidth"),
    port,
    available: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.transform(bandwidth)),
  }),
  v.object({ type: v.literal("label"), port, labels: vlanSetSchema }),
  v.object({ type: v.literal("branching"), node }),
  v.object({ type: v.literal("translation"), node }),
  v.object({ type: v.literal("node"), node }),
]);

/** Why a master's node does not hold what it should, as it is read from the store. */
export const causeSchema: v.GenericSchema<unknown, DriverCause> = v.object({
  node: v.exactOptional(node),
  kind: v.picklist([
    "unreachable",
    "rejected",
    "not-confirmed",
    "unsupported",
    "misconfigured",
    "not-master",
    "conflict",
  ]),
  message: v.string(),
  blocked: v.exactOptional(v.array(blocked)),
});

/** The same as it is written. */
export function causeJson({ blocked: resources, ...cause }: DriverCause): JsonValue {
  return resources === undefined ? cause : { ...cause, blocked: resources.map(blockedJson) };
}

function blockedJson(resource: BlockedResource): JsonValue {
  return resource.type === "label"
    ? { ...resource, labels: resource.labels.toString() }
    : { ...resource };
}
