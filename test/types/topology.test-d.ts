import type { LinkId } from "../../src/model/ids.ts";
import type { Topology } from "../../src/topology.ts";

/** Compiled, never run: what must not compile. */
export function nothingOfATopologyCanBeChanged(topology: Topology, id: LinkId): void {
  // @ts-expect-error a topology's maps are read-only
  topology.links.delete(id);
  // @ts-expect-error a topology's maps are not replaced
  topology.nodes = new Map();
  for (const node of topology.nodes.values()) {
    // @ts-expect-error an element's properties are read-only
    node.enabled = false;
    // @ts-expect-error an element's lists are read-only
    node.ports.push("s1:1");
  }
  for (const link of topology.links.values()) {
    // @ts-expect-error an element's properties are read-only
    link.metric = 0;
    // @ts-expect-error an element's lists are read-only
    link.srlg.push("duct");
  }
  // @ts-expect-error plain text is no id
  topology.links.get("s1-s2");
}
