import { linkId } from "../../src/model/ids.ts";
import type { NetworkInfo } from "../../src/model/network.ts";
import type { Topology } from "../../src/topology.ts";

/** A network's reservation on one link, for a time. */
interface Reserved {
  readonly project: string;
  readonly link: string;
  readonly label: string;
  readonly forward: number;
  readonly backward: number;
  readonly start: number;
  readonly end: number;
}

/**
 * A link, direction, label and instant of which more is promised than there is; by adding it all up.
 * What stands by is promised as well: bypasses of a tree share what one failure at a time needs, which
 * a network says once, and networks share nothing.
 */
export function overCommitment(
  topology: Topology,
  networks: readonly NetworkInfo[],
): string | undefined {
  const all = networks.flatMap(reservedBy);
  for (const link of new Set(all.map((one) => one.link))) {
    const here = all.filter((one) => one.link === link);
    const capacity = topology.links.get(linkId(link))?.capacity ?? 0;
    // Loads only grow where something begins.
    for (const { start } of here) {
      const now = here.filter((one) => one.start <= start && start < one.end);
      for (const direction of ["forward", "backward"] as const) {
        const load = now.reduce((sum, one) => sum + one[direction], 0);
        if (load > capacity) return `${link} ${direction} has promised ${load} of ${capacity}`;
      }
      const labels = new Map<string, string>();
      for (const { label, project } of now) {
        const other = labels.get(label);
        if (other !== undefined) return `${link} has promised ${label} to ${other} and ${project}`;
        labels.set(label, project);
      }
    }
  }
  return undefined;
}

function reservedBy({
  project,
  links,
  backup,
  schedule: { start, end },
  state,
  segments,
}: NetworkInfo): readonly Reserved[] {
  // While domains are asked for what waits, or for a change of it, and while it is given up, only its segments say that
  // it has not begun.
  const waits = state === "scheduled" || segments.some((one) => one.state === "reserved");
  return [...links, ...(backup?.links ?? [])].map(({ id, vlan, vni, reserved }) => ({
    project,
    link: id,
    label: vni === undefined ? `VLAN ${vlan}` : `VNI ${vni}`,
    forward: reserved.forward,
    backward: reserved.backward,
    // What has been provisioned is there, whatever its start was.
    start: waits && start !== undefined ? Date.parse(start) : Number.NEGATIVE_INFINITY,
    end: end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end),
  }));
}
