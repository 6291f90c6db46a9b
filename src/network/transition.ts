import { match } from "ts-pattern";
import { attachmentKey } from "../model/attachment.ts";
import type { DomainId, NodeId } from "../model/ids.ts";
import { sameValue } from "../model/same-value.ts";
import type { ForwardingRule, NodeForwarding, Policer, Segment } from "../model/segment.ts";
import type { Segments } from "./forwarding.ts";
import { NETWORK_POLICER } from "./policer-keys.ts";

/**
 * How one realisation becomes the next without a frame lost between endpoints that stay, and
 * without a frame looping, doubled or leaked at any moment in between:
 *
 * - `in-place`: what the two trees have in common, links with the same label, is one tree, and each
 *   has branches of its own beside it; rates and the tags at the edges may differ. Every node changes
 *   by itself, in any order: a branch that is joined before it is laid, or laid before it is joined,
 *   carries nothing further, and what is common is not touched.
 * - `reroute`: another tree, whose labels differ from this one's on every link that both use. The
 *   new trunks are laid first; then each edge turns its own frames into them (a frame follows either
 *   tree, never both); then the old trunks are cleared. It is the two-phase update of Reitblatt et
 *   al., "Abstractions for network update" (SIGCOMM 2012), with the label as the version.
 * - `replace`: the same where the old tree is a path that is broken. It delivers nothing any more, so
 *   there is nothing to keep: within one domain the new path is laid, the edges are turned and the old
 *   one is cleared in one step. Where more domains have to agree, the new path is laid first, so that
 *   what one of them refuses costs no circuit of another.
 */
export type TransitionMode = "in-place" | "reroute" | "replace";

/**
 * One state on the way. Frames may be under way on trunks that a move clears, and a switch goes on
 * for some milliseconds as it did before it confirmed a change; the flags say where to wait for that.
 */
export interface Stage {
  readonly state: Segments;
  /** Going on into this state clears trunks that have just been left. */
  readonly drainBefore: boolean;
  /** So does going back from this state to the one before. */
  readonly drainBeforeReturn: boolean;
}

/**
 * The stages that the domains must go through, in order, to get from `from` to `to`. The last is
 * `to` itself; states that equal their predecessor are left out. Read backwards, and with `from` at
 * the end, it is a safe way back.
 */
export function stages(from: Segments, to: Segments, mode: TransitionMode): readonly Stage[] {
  const way = match(mode)
    .with("in-place", () => [plain(to)])
    .with("replace", () => {
      const isOneDomain = new Set([...from.keys(), ...to.keys()]).size === 1;
      return isOneDomain ? [plain(to)] : [plain(laidBeside(from, to)), plain(to)];
    })
    .with("reroute", () => {
      const laid = laidBeside(from, to);
      const turned = combine(laid, to, (was, will) => mergeNode(was, will, turnEdges));
      return [
        { ...plain(laid), drainBeforeReturn: true },
        plain(turned),
        { ...plain(to), drainBefore: true },
      ];
    })
    .exhaustive();
  return withoutRepetition(from, way);
}

/**
 * The same for networks that domains have promised: who is to promise something does so before anybody
 * is told that he need not any more.
 */
export function stagesOfPromise(from: Segments, to: Segments): readonly Stage[] {
  return withoutRepetition(from, [plain(new Map([...from, ...to])), plain(to)]);
}

function laidBeside(from: Segments, to: Segments): Segments {
  return combine(from, to, (was, will) => mergeNode(was, will, layTrunks));
}

function plain(state: Segments): Stage {
  return { state, drainBefore: false, drainBeforeReturn: false };
}

/** Whether two segments, or the lack of them, ask the same of a domain; generations do not matter. */
export function sameSegment(a: Segment | undefined, b: Segment | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.id === b.id &&
    sameValue(a.ends, b.ends) &&
    sameValue(a.nodes, b.nodes) &&
    sameValue(a.schedule, b.schedule)
  );
}

type PickNode = (
  was: NodeForwarding | undefined,
  will: NodeForwarding | undefined,
) => NodeForwarding | undefined;

/** A state between two: for each node, what `pick` makes of its old and new forwarding. */
function combine(from: Segments, to: Segments, pick: PickNode): Segments {
  const domains = new Set([...from.keys(), ...to.keys()]);
  const combined = new Map<DomainId, Segment>();
  for (const domain of domains) {
    const was = from.get(domain);
    const will = to.get(domain);
    const base = will ?? was;
    if (base !== undefined) combined.set(domain, { ...base, nodes: combineNodes(was, will, pick) });
  }
  return combined;
}

function combineNodes(
  was: Segment | undefined,
  will: Segment | undefined,
  pick: PickNode,
): readonly NodeForwarding[] {
  const wasAt = byNode(was);
  const willAt = byNode(will);
  const nodes = [...new Set([...wasAt.keys(), ...willAt.keys()])].sort();
  return nodes.flatMap((node) => pick(wasAt.get(node), willAt.get(node)) ?? []);
}

function byNode(segment: Segment | undefined): ReadonlyMap<NodeId, NodeForwarding> {
  return new Map(segment?.nodes.map((forwarding) => [forwarding.node, forwarding]));
}

type PickRule = (
  was: ForwardingRule | undefined,
  will: ForwardingRule | undefined,
) => ForwardingRule | undefined;

function mergeNode(
  was: NodeForwarding | undefined,
  will: NodeForwarding | undefined,
  pick: PickRule,
): NodeForwarding | undefined {
  const node = was?.node ?? will?.node;
  if (node === undefined) return undefined;
  const wasAt = byIngress(was);
  const willAt = byIngress(will);
  const keys = [...new Set([...wasAt.keys(), ...willAt.keys()])];
  const rules = keys.flatMap((key) => pick(wasAt.get(key), willAt.get(key)) ?? []);
  return rules.length === 0 ? undefined : { node, rules: withOneRatePerPolicer(was, rules) };
}

/**
 * Rules of two realisations may share the network's policer under two rates. For as long as both
 * stand, the old one has a policer of its own, so that neither tree carries more than it reserved.
 */
function withOneRatePerPolicer(
  was: NodeForwarding | undefined,
  rules: readonly ForwardingRule[],
): readonly ForwardingRule[] {
  const old = new Set(was?.rules);
  const next = rules.find((rule) => !old.has(rule) && networkPolicer(rule) !== undefined);
  const rate = next === undefined ? undefined : networkPolicer(next)?.rate;
  if (rate === undefined) return rules;
  const leaving = (policer: Policer): Policer =>
    policer.key === NETWORK_POLICER && policer.rate !== rate
      ? { ...policer, key: `${NETWORK_POLICER} (leaving)` }
      : policer;
  return rules.map((rule) =>
    old.has(rule)
      ? {
          ...rule,
          ...(rule.police && { police: leaving(rule.police) }),
          ...(rule.thenPolice && { thenPolice: leaving(rule.thenPolice) }),
        }
      : rule,
  );
}

function networkPolicer({ police, thenPolice }: ForwardingRule): Policer | undefined {
  return [police, thenPolice].find((each) => each?.key === NETWORK_POLICER);
}

function byIngress(forwarding: NodeForwarding | undefined): ReadonlyMap<string, ForwardingRule> {
  return new Map(forwarding?.rules.map((rule) => [attachmentKey(rule.ingress), rule]));
}

/** The new trunks beside everything that was; edges still use the old ones. */
const layTrunks: PickRule = (was, will) => was ?? (will?.role === "edge" ? undefined : will);

/** Every edge of the new tree uses the new trunks; the old ones carry what is under way. */
const turnEdges: PickRule = (was, will) => (will?.role === "edge" ? will : (was ?? will));

function sameSegments(a: Segments, b: Segments): boolean {
  return a.size === b.size && [...a].every(([domain, its]) => sameSegment(its, b.get(domain)));
}

function withoutRepetition(from: Segments, way: readonly Stage[]): readonly Stage[] {
  const kept: Stage[] = [];
  for (const stage of way) {
    if (!sameSegments(kept.at(-1)?.state ?? from, stage.state)) kept.push(stage);
  }
  return kept;
}
