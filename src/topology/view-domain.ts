import type { DomainView, PortView } from "../model/domain-view.ts";
import type { DomainId, PortRef } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { Elements } from "./build.ts";

/** What the driver of a domain needs to know of it; the domain must exist. */
export function viewDomain({ domains, nodes, ports }: Elements, id: DomainId): DomainView {
  invariant(domains.has(id), `the topology has no domain ${id}`);
  const own = [...nodes.values()].filter((node) => node.domain === id);
  return {
    id,
    nodes: own.map((node) => ({
      id: node.id,
      ...(node.datapathId !== undefined && { datapathId: node.datapathId }),
      ports: node.ports.map((ref) => viewPort(ports, ref)),
    })),
  };
}

function viewPort(ports: Elements["ports"], ref: PortRef): PortView {
  const port = ports.get(ref);
  invariant(port !== undefined, `a node lists ${ref}, which is no port`);
  const {
    ofPort,
    name,
    links: [link],
  } = port;
  return {
    ref,
    ...(ofPort !== undefined && { ofPort }),
    ...(name !== undefined && { name }),
    ...(link !== undefined && { link }),
  };
}
