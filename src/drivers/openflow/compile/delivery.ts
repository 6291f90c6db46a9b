import { type Attachment, attachmentKey } from "../../../model/attachment.ts";
import { invariant } from "../../../model/invariant.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { hasGroups, type SwitchVersion } from "./switch-profile.ts";

/** How the frames of one ingress get to its egress attachments. */
export type Delivery =
  | { readonly type: "drop" }
  | { readonly type: "direct"; readonly to: Attachment }
  | ({ readonly type: "failover" } & Failover)
  /** A copy for each by the flow itself. */
  | { readonly type: "list" }
  /** A group of type ALL with a copy for each of `members`; rules with equal `key` share it. */
  | { readonly type: "group"; readonly key: string; readonly members: readonly Member[] };

/** A group of type fast-failover: the first of `ways` whose port has a signal. */
export interface Failover {
  readonly key: string;
  readonly ways: readonly Attachment[];
}

/** Where a copy leaves: at `to`, or where `failover` says while that has no signal. */
export interface Member {
  readonly to: Attachment;
  readonly failover?: Failover;
}

/**
 * Decides how a rule delivers.
 *
 * A switch never outputs to the port a frame came in by, unless told so by `IN_PORT`. So the members
 * of a network at a node can share one group that holds them all: each ingress skips its own bucket.
 * That fails as soon as two of them lie on one port, where a frame must hairpin from one tag to the
 * other: `IN_PORT` in a shared group would reflect frames to every sender. Such an ingress has a
 * group to itself. So have the ingresses of a rule that fails over: another way may lead back out of
 * the port that a frame came in by, or to where it came from.
 *
 * Where the version has no groups, every flow makes its copies itself.
 */
export function deliveryOf(rule: ForwardingRule, version: SwitchVersion): Delivery {
  const egress = rule.egress.length > 1 ? rule.egress.toSorted(byKey) : rule.egress;
  const own = attachmentKey(rule.ingress);
  invariant(
    egress.every((to) => attachmentKey(to) !== own),
    `frames that enter at ${own} do not leave there`,
  );
  const [first, second] = egress;
  if (first === undefined) return { type: "drop" };
  if (!hasGroups(version)) return { type: "list" };
  if (second === undefined && rule.failover === undefined) return { type: "direct", to: first };
  const detours = new Map(rule.failover?.map(({ to, instead }) => [attachmentKey(to), instead]));
  if (second === undefined) return oneWay(own, first, detours.get(attachmentKey(first)));
  if (egress.some((to) => detours.has(attachmentKey(to)))) {
    const named = egress.map((to) => memberOf(rule.ingress, to, detours.get(attachmentKey(to))));
    const members = named.map(({ member }) => member);
    return { type: "group", key: named.map(({ name }) => name).join(" "), members };
  }
  const all = [rule.ingress, ...egress].sort(byKey);
  return new Set(all.map((member) => member.port)).size === all.length
    ? { type: "group", key: keyOf(all), members: all.map((to) => ({ to })) }
    : {
        type: "group",
        key: `${own} > ${keyOf(egress)}`,
        members: egress.map((to) => ({ to })),
      };
}

/** A member with a name that says all there is to it, whichever ingress sends frames there. */
function memberOf(
  from: Attachment,
  to: Attachment,
  instead: Attachment | undefined,
): { readonly name: string; readonly member: Member } {
  const exit = (at: Attachment): string =>
    at.port === from.port ? `${attachmentKey(at)} back` : attachmentKey(at);
  if (instead === undefined) return { name: exit(to), member: { to } };
  const key = `${exit(to)} or ${exit(instead)}`;
  return { name: key, member: { to, failover: { key, ways: [to, instead] } } };
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
