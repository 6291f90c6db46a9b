import { err, ok, Result } from "neverthrow";
import {
  type Capacities,
  type CtrlPlaneDomain,
  type CtrlPlaneLink,
  type CtrlPlanePort,
  type CtrlPlaneTopology,
  ctrlPlaneTopology,
} from "../idcp/ctrl-plane.ts";
import { formatLinkUrn, type LinkUrn, parseLinkUrn } from "../idcp/link-urn.ts";
import { decodeXml } from "../xml/codec.ts";
import { childNamed, type XmlElement } from "../xml/element.ts";
import { describeXmlFault } from "../xml/fault.ts";
import { readXml } from "../xml/read-xml.ts";
import {
  type EdgeInventory,
  type EdgePort,
  type InventoryFault,
  inventoryFault,
  inventoryOf,
  leastOf,
  readVlans,
} from "./inventory.ts";

/**
 * Reads a control plane topology (NMWG CtrlPlane 20080828), by itself or in a `getNetworkTopology`
 * answer: an inventory for each domain in it. Edge ports are the Ethernet links that lead out of their
 * domain, or nobody says where. Capacities are bit/s there.
 */
export function readCtrlPlane(document: string): Result<readonly EdgeInventory[], InventoryFault> {
  return readXml(document)
    .andThen((root) => decodeXml(ctrlPlaneTopology, topologyIn(root) ?? root))
    .mapErr((fault) => inventoryFault(describeXmlFault(fault)))
    .andThen(ctrlPlaneEdges);
}

/** The edges of every domain of a topology. */
export function ctrlPlaneEdges({
  domain,
}: CtrlPlaneTopology): Result<readonly EdgeInventory[], InventoryFault> {
  return Result.combine(domain.map(edgesOf));
}

function topologyIn(element: XmlElement): XmlElement | undefined {
  if (element.name === "topology" && childNamed(element, "domain") !== undefined) return element;
  for (const child of element.children) {
    const found = topologyIn(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function edgesOf(domain: CtrlPlaneDomain): Result<EdgeInventory, InventoryFault> {
  const id = domain.id.replace(/^urn:ogf:network:(domain=)?/, "");
  const ports = [...domain.node.flatMap((node) => node.port), ...domain.port];
  const links = [
    ...ports.flatMap((port) => port.link.map((link) => ({ link, port }))),
    ...domain.link.map((link) => ({ link, port: undefined })),
  ].filter(({ link }) => isEdge(link, id));
  // Where a link does not say that it translates, it may not.
  const swapsLabels = links.every(({ link }) => infoOf(link).vlanTranslation === true);
  return Result.combine(links.map(({ link, port }) => edgePort(link, port))).map((edges) =>
    inventoryOf(id, swapsLabels, edges),
  );
}

function infoOf(link: CtrlPlaneLink) {
  return link.SwitchingCapabilityDescriptors.switchingCapabilitySpecificInfo;
}

/** Packet links are the inside of a domain, whatever they lead to. */
function isEdge(link: CtrlPlaneLink, domain: string): boolean {
  if (/^psc/i.test(link.SwitchingCapabilityDescriptors.switchingcapType)) return false;
  const remote = parseLinkUrn(link.remoteLinkId ?? "");
  return remote === undefined || remote.domain !== domain;
}

function edgePort(
  link: CtrlPlaneLink,
  port: CtrlPlanePort | undefined,
): Result<EdgePort, InventoryFault> {
  const urn = parseLinkUrn(link.id);
  if (urn === undefined) return err(inventoryFault(`"${link.id}" is not the URN of a link`));
  const vlans = readVlans(infoOf(link).vlanRangeAvailability ?? "any");
  if (vlans.isErr()) return err(inventoryFault(`${link.id}: ${vlans.error}`));
  const remote = parseLinkUrn(link.remoteLinkId ?? "");
  const isKnown = remote !== undefined && remote.domain !== "*";
  return ok({
    ...{ id: shortId(urn), name: formatLinkUrn(urn), vlans: vlans.value },
    ...leastOf(roomOf(link) ?? (port && roomOf(port))),
    ...(isKnown ? { neighbour: formatLinkUrn(remote) } : {}),
  });
}

function shortId({ node, port, link }: LinkUrn): string {
  return link === "*" ? `${node}:${port}` : `${node}:${port}:${link}`;
}

/** What may be reserved, which is less than the line carries or as much. */
function roomOf({ capacity, maximumReservableCapacity }: Capacities): number | undefined {
  return leastOf(numberIn(capacity), numberIn(maximumReservableCapacity)).capacity;
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(\.\d+)?$/.test(text)
    ? Math.floor(Number(text))
    : undefined;
}
