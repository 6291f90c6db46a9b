import { type PortRef, portOf } from "../model/ids.ts";
import { VlanSet } from "../model/vlan-set.ts";
import { linkVlans } from "./link-vlans.ts";
import type { Misfit } from "./references.ts";
import type { CheckedDocument } from "./schema.ts";

/**
 * Finds links that share a port and a VLAN: frames tell such links apart by their VLANs. The document
 * must be without fault otherwise.
 */
export function findSharedPortFaults({ nodes, links }: CheckedDocument): readonly Misfit[] {
  const atPort = new Map<PortRef, readonly number[]>();
  for (const [index, { a, b }] of links.entries()) {
    for (const port of [a, b]) atPort.set(port, [...(atPort.get(port) ?? []), index]);
  }
  const shared = [...atPort].filter(([, its]) => its.length > 1);
  if (shared.length === 0) return [];
  const vlansAt = new Map<PortRef, VlanSet>(
    nodes.flatMap(({ id, ports }) => ports.map((port) => [portOf(id, port.id), port.vlans])),
  );
  const labels = links.map((link) =>
    [link.a, link.b].reduce(
      (set, port) => set.intersect(vlansAt.get(port) ?? VlanSet.empty),
      linkVlans(link),
    ),
  );
  return shared.flatMap(([port, its]) =>
    its.flatMap((index, at): Misfit[] => {
      const own = labels[index] ?? VlanSet.empty;
      const other = its.slice(0, at).find((one) => !own.intersect(labels[one] ?? own).isEmpty);
      if (other === undefined) return [];
      const message = `have some in common with links.${other} at ${port}`;
      return [{ path: ["links", index, "vlans"], message }];
    }),
  );
}
