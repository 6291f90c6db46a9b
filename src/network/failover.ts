import { type Attachment, attachmentKey } from "../model/attachment.ts";
import type { DomainId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { ForwardingRule } from "../model/segment.ts";
import type { Topology } from "../topology.ts";
import type { Segments } from "./forwarding.ts";
import { type Hop, hopsAlong } from "./path-hops.ts";
import type { Backup, Realisation } from "./realisation.ts";
import { type NodeRules, roleAt, type SegmentFrame, withStanding } from "./standby-segments.ts";

/**
 * The segments of a path with its backup: `base`, in which every rule that sends frames on along the
 * path names where they go instead, with the rules for the way back and for the other path.
 *
 * A frame goes along the path, then perhaps back, then along the other path, and never from a later
 * one of these to an earlier; each node sends it one way only. So it can neither loop nor be doubled,
 * whatever the nodes think of their ports; and it arrives if all that is dead lies on one path.
 */
export function withBackup(
  topology: Topology,
  realisation: Realisation,
  base: Segments,
  frame: (domain: DomainId) => SegmentFrame,
): Segments {
  const { backup } = realisation;
  if (backup === undefined) return base;
  const paths = pathsOf(topology, realisation, backup);
  const change = (along: NodeRules): NodeRules => {
    const rules = new Map(
      [...along].map(([node, own]) => [node, own.map((rule) => failingOver(rule, paths))]),
    );
    for (const { ingress, egress } of addedRules(realisation, paths)) {
      const role = roleAt(topology, ingress);
      const { node } = ingress;
      rules.set(node, [
        ...(rules.get(node) ?? []),
        { ingress, role, egress: [egress], standby: true },
      ]);
    }
    return rules;
  };
  return withStanding(topology, base, { change, links: backup.links, frame });
}

/** The path, the way back on it, and the other path, from the first endpoint to the second. */
interface Paths {
  readonly working: readonly Hop[];
  readonly returning: readonly Hop[];
  readonly spare: readonly Hop[];
}

function pathsOf(topology: Topology, { plan }: Realisation, backup: Backup): Paths {
  const start = plan.endpoints[0]?.attachment.node;
  invariant(start !== undefined, "a network with a backup has two endpoints");
  const { links, returning } = backup;
  return {
    working: hopsAlong(topology, plan.links, start),
    returning: hopsAlong(topology, returning, start),
    spare: hopsAlong(topology, links, start),
  };
}

/** The rule, with where its frames go if the port is dead by which they would go on along the path. */
function failingOver(rule: ForwardingRule, { working, returning, spare }: Paths): ForwardingRule {
  const [egress] = rule.egress;
  if (egress === undefined) return rule;
  const leaves = (at: Attachment | undefined): boolean =>
    at !== undefined && attachmentKey(at) === attachmentKey(egress);
  const forward = working.findIndex(({ out }) => leaves(out));
  if (forward >= 0) {
    const instead = forward === 0 ? spare[0]?.out : returning[forward - 1]?.into;
    return withDetour(rule, egress, instead);
  }
  const backward = working.findIndex(({ into }) => leaves(into));
  if (backward < 0) return rule;
  const isLast = backward === working.length - 1;
  const instead = isLast ? spare.at(-1)?.into : returning[backward + 1]?.out;
  return withDetour(rule, egress, instead);
}

function withDetour(
  rule: ForwardingRule,
  to: Attachment,
  instead: Attachment | undefined,
): ForwardingRule {
  return instead === undefined ? rule : { ...rule, failover: [{ to, instead }] };
}

/** Frames that enter at one place and leave at another. */
interface Passage {
  readonly ingress: Attachment;
  readonly egress: Attachment;
}

function addedRules({ plan }: Realisation, { returning, spare }: Paths): readonly Passage[] {
  const [first, second] = plan.endpoints.map(({ attachment }) => attachment);
  const [spareOut, spareIn] = [spare[0]?.out, spare.at(-1)?.into];
  invariant(
    first !== undefined && second !== undefined && spareOut !== undefined && spareIn !== undefined,
    "a backup joins the two endpoints",
  );
  const [backOut, backIn] = [returning[0]?.out, returning.at(-1)?.into];
  return [
    ...passages(returning),
    ...(backOut === undefined ? [] : [{ ingress: backOut, egress: spareOut }]),
    ...(backIn === undefined ? [] : [{ ingress: backIn, egress: spareIn }]),
    ...passages(spare),
    { ingress: spareOut, egress: first },
    { ingress: spareIn, egress: second },
  ];
}

/** What the nodes between the ends of a path do, in both directions. */
function passages(hops: readonly Hop[]): readonly Passage[] {
  return hops.slice(1).flatMap(({ out }, index) => {
    const before = hops[index]?.into;
    if (before === undefined) return [];
    return [
      { ingress: before, egress: out },
      { ingress: out, egress: before },
    ];
  });
}
