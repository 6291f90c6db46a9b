import type { NodeId } from "../model/ids.ts";
import type { LinkLabel } from "../model/vni.ts";
import type { Bypass, NetworkPlan } from "../pce/index.ts";
import { hasLabel } from "../topology/elements.ts";
import type { Topology } from "../topology.ts";
import { type Backup, type Realisation, wholeOf } from "./realisation.ts";

/**
 * Whether a realisation can stay as it is on this topology: its touch points are where they were and
 * look as they did, its links exist, are enabled, and may carry its labels, and no node has to
 * translate a label that cannot.
 */
export function stands(topology: Topology, realisation: Realisation): boolean {
  const last = known.get(realisation);
  if (last?.topology === topology) return last.answer;
  const answer = findOut(topology, realisation);
  known.set(realisation, { topology, answer });
  return answer;
}

/** The last answer of {@link stands}: it is asked of each network again and again. */
const known = new WeakMap<Realisation, { readonly topology: Topology; readonly answer: boolean }>();

function findOut(topology: Topology, realisation: Realisation): boolean {
  const { plan, spec, backup, bypasses } = realisation;
  const asked = new Map(spec.endpoints.map((one) => [one.hostPort, one.tagging]));
  return (
    plan.endpoints.every(({ hostPort, attachment: { port, tag }, tagging }) => {
      const touchPoint = topology.touchPoints.get(hostPort);
      return (
        touchPoint?.port === port &&
        (asked.get(hostPort) ?? touchPoint.tagging) === tagging &&
        (tag === "untagged" || topology.ports.get(port)?.vlans.has(tag) === true) &&
        isEnabled(topology, touchPoint.node)
      );
    }) &&
    wholeOf(realisation).links.every(({ link: id, label }) => {
      const link = topology.links.get(id);
      return (
        link?.enabled === true &&
        hasLabel(link, label) &&
        isEnabled(topology, link.nodeA) &&
        isEnabled(topology, link.nodeB)
      );
    }) &&
    labelsContinue(topology, plan) &&
    (backup === undefined || backupContinues(topology, plan, backup)) &&
    (bypasses === undefined || bypasses.ways.every((way) => bypassContinues(topology, way)))
  );
}

/** Whether the other path's labels continue, and frames can be given those with which they come back. */
function backupContinues(
  topology: Topology,
  plan: NetworkPlan,
  { links, returning }: Backup,
): boolean {
  const translates = (node: NodeId | undefined): boolean =>
    node !== undefined && topology.nodes.get(node)?.vlanTranslation !== false;
  const ends = returning.flatMap(({ link: id }) => {
    const link = topology.links.get(id);
    return [link?.nodeA, link?.nodeB];
  });
  return labelsContinue(topology, { ...plan, links }) && ends.every(translates);
}

/** Whether frames can be put into a bypass, pass it, and be put back. */
function bypassContinues(topology: Topology, { ends, links }: Bypass): boolean {
  const translates = (node: NodeId | undefined): boolean =>
    node !== undefined && topology.nodes.get(node)?.vlanTranslation !== false;
  return (
    ends.every(({ node }) => translates(node)) &&
    links.slice(1).every(({ link: id, label }, index) => {
      const [before, link] = [links[index], topology.links.get(id)];
      const last = before === undefined ? undefined : topology.links.get(before.link);
      const shared = [link?.nodeA, link?.nodeB].find(
        (node) => node === last?.nodeA || node === last?.nodeB,
      );
      return before?.label === label || translates(shared);
    })
  );
}

/** Whether every node that cannot translate has one label only; frames without a tag get that one. */
function labelsContinue(topology: Topology, plan: NetworkPlan): boolean {
  const labelAt = new Map<NodeId, LinkLabel>();
  const agrees = (node: NodeId | undefined, label: LinkLabel): boolean => {
    if (node === undefined || topology.nodes.get(node)?.vlanTranslation !== false) return true;
    const other = labelAt.get(node) ?? label;
    labelAt.set(node, label);
    return other === label;
  };
  return (
    plan.endpoints.every(
      ({ attachment: { node, tag } }) => tag === "untagged" || agrees(node, tag),
    ) &&
    plan.links.every(({ link: id, label }) => {
      const link = topology.links.get(id);
      return agrees(link?.nodeA, label) && agrees(link?.nodeB, label);
    })
  );
}

/** Whether the realisation means the same ports on both topologies. */
export function standsAlike(before: Topology, after: Topology, realisation: Realisation): boolean {
  return (
    stands(after, realisation) &&
    (before === after ||
      wholeOf(realisation).links.every(({ link }) => {
        const [was, is] = [before.links.get(link), after.links.get(link)];
        return was?.a === is?.a && was?.b === is?.b;
      }))
  );
}

/** Whether everything that the realisation names is on this topology, enabled or not. */
export function isDrawnOn(topology: Topology, realisation: Realisation): boolean {
  const { endpoints, links } = wholeOf(realisation);
  return (
    endpoints.every(({ attachment }) => topology.ports.has(attachment.port)) &&
    links.every(({ link }) => topology.links.has(link))
  );
}

function isEnabled(topology: Topology, node: Parameters<Topology["nodes"]["get"]>[0]): boolean {
  return topology.nodes.get(node)?.enabled === true;
}
