import { type Attachment, attachmentKey } from "../../../model/attachment.ts";
import { invariant } from "../../../model/invariant.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { hasGroups, type SwitchVersion } from "./switch-profile.ts";

/** How the frames of one ingress get to its egress attachments. */
export type Delivery =
  | { readonly type: "drop" }
  | { readonly type: "direct"; readonly to: Attachment }
  /** A group of type fast-failover: the first of `ways` whose port has a signal. */
  | { readonly type: "failover"; readonly key: string; readonly ways: readonly Attachment[] }
  /** A copy for each by the flow itself. */
  | { readonly type: "list" }
  /** A group of type ALL with a copy for each of `members`; rules with equal `key` share it. */
  | { readonly type: "group"; readonly key: string; readonly members: readonly Attachment[] };

/**
 * Decides how a rule delivers.
 *
 * A switch never outputs to the port a frame came in by, unless told so by `IN_PORT`. So the members
 * of a network at a node can share one group that holds them all: each ingress skips its own bucket.
 * That fails as soon as two of them lie on one port, where a frame must hairpin from one tag to the
 * other: `IN_PORT` in a shared group would reflect frames to every sender. Such an ingress has a
 * group to itself.
 *
 * Where the version has no groups, every flow makes its copies itself.
 */
export function deliveryOf(rule: ForwardingRule, version: SwitchVersion): Delivery {
  const egress = rule.egress.toSorted(byKey);
  const own = attachmentKey(rule.ingress);
  invariant(
    egress.every((to) => attachmentKey(to) !== own),
    `frames that enter at ${own} do not leave there`,
  );
  const [first, second] = egress;
  if (first === undefined) return { type: "drop" };
  if (!hasGroups(version)) return { type: "list" };
  if (second === undefined) return oneWay(own, first, rule.failover);
  const all = [rule.ingress, ...egress].sort(byKey);
  return new Set(all.map((member) => member.port)).size === all.length
    ? { type: "group", key: keyOf(all), members: all }
    : { type: "group", key: `${own} > ${keyOf(egress)}`, members: egress };
}

function oneWay(from: string, to: Attachment, failover: Attachment | undefined): Delivery {
  if (failover === undefined) return { type: "direct", to };
  const key = `${from} > ${attachmentKey(to)} or ${attachmentKey(failover)}`;
  return { type: "failover", key, ways: [to, failover] };
}

function byKey(a: Attachment, b: Attachment): number {
  return attachmentKey(a) < attachmentKey(b) ? -1 : 1;
}

function keyOf(attachments: readonly Attachment[]): string {
  return attachments.map(attachmentKey).join(" ");
}
