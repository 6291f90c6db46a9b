import type { Result } from "neverthrow";
import { attemptXml } from "../xml/codec.ts";
import { attributeOf, childNamed, type XmlElement } from "../xml/element.ts";
import { XmlFailure, type XmlFault } from "../xml/fault.ts";
import { readXml } from "../xml/read-xml.ts";
import { dateTime } from "../xml/scalars.ts";
import { writeXml } from "../xml/write-xml.ts";

/** The label type of VLANs (GFD.206). */
const VLAN_LABELS = "http://schemas.ogf.org/nml/2012/10/ethernet#vlan";

const NML_ETHERNET = "http://schemas.ogf.org/nml/2012/10/ethernet";
const NML = "http://schemas.ogf.org/nml/2013/05/base#";

/** One direction of a port: which labels it has, and which port of another network it is joined to. */
export interface NmlPort {
  readonly id: string;
  /** VLAN IDs, `1780-1789,1800`; absent where the port has no labels. */
  readonly vlans?: string;
  /** The other network's port in the other direction. */
  readonly alias?: string;
  /** What may be reserved, bit/s; few say. */
  readonly capacity?: number;
}

/** A port of a network, both directions. */
export interface NmlBidirectionalPort {
  readonly id: string;
  readonly name?: string;
  readonly inbound: NmlPort;
  readonly outbound: NmlPort;
}

/** What a network offers to those who ask it for connections (NML, GFD.206, as NSI uses it). */
export interface NmlTopology {
  readonly id: string;
  readonly name?: string;
  readonly ports: readonly NmlBidirectionalPort[];
  /** Whether the two ends of a connection may have different labels. */
  readonly labelSwapping: boolean;
}

/**
 * Reads an NML document: ports with their labels and neighbours. Elements may come in any order, for
 * providers do not keep to that of the schema. Ports that lack a direction are left out.
 */
export function readNmlTopology(document: string): Result<NmlTopology, XmlFault> {
  return readXml(document).andThen((root) => attemptXml(() => topologyOf(root)));
}

function topologyOf(root: XmlElement): NmlTopology {
  if (root.name !== "Topology") throw new XmlFailure([], `a Topology expected, not ${root.name}`);
  const portGroups = new Map(
    relations(root)
      .filter(({ type }) => type === "hasInboundPort" || type === "hasOutboundPort")
      .flatMap(({ element }) => portsIn(element).map(portOf))
      .map((port) => [port.id, port]),
  );
  const name = childNamed(root, "name")?.text.trim();
  return {
    id: idOf(root),
    ...(name === undefined ? {} : { name }),
    ports: root.children
      .filter((child) => child.name === "BidirectionalPort")
      .flatMap((child) => bidirectionalPort(child, portGroups)),
    labelSwapping: relations(root)
      .filter(({ type }) => type === "hasService")
      .flatMap(({ element }) => element.children)
      .some((service) => attributeOf(service, "labelSwapping") === "true"),
  };
}

function bidirectionalPort(
  element: XmlElement,
  portGroups: ReadonlyMap<string, NmlPort>,
): readonly NmlBidirectionalPort[] {
  const [inbound, outbound] = portsIn(element).map((child) => portGroups.get(idOf(child)));
  if (inbound === undefined || outbound === undefined) return [];
  const name = childNamed(element, "name")?.text.trim();
  return [{ id: idOf(element), ...(name === undefined ? {} : { name }), inbound, outbound }];
}

/** There may be anything beside them. */
function portsIn(element: XmlElement): readonly XmlElement[] {
  return element.children.filter(({ name }) => name === "PortGroup" || name === "Port");
}

function portOf(element: XmlElement): NmlPort {
  const labels = element.children.find(
    (child) =>
      (child.name === "LabelGroup" || child.name === "Label") &&
      attributeOf(child, "labeltype") === VLAN_LABELS,
  );
  const alias = relations(element)
    .filter(({ type }) => type === "isAlias")
    .flatMap((relation) => portsIn(relation.element).map(idOf))
    .at(0);
  const capacity = capacityOf(element);
  return {
    id: idOf(element),
    ...(labels === undefined ? {} : { vlans: labels.text.trim() }),
    ...(alias === undefined ? {} : { alias }),
    ...(capacity === undefined ? {} : { capacity }),
  };
}

/** The Ethernet part of NML has elements for it, each a number of bit/s. */
function capacityOf(element: XmlElement): number | undefined {
  const said = ["maximumReservableCapacity", "capacity"].map((name) => childNamed(element, name));
  const text = said.find((each) => each !== undefined)?.text.trim() ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function idOf(element: XmlElement): string {
  const id = attributeOf(element, "id") ?? attributeOf(element, "idRef");
  if (id === undefined) throw new XmlFailure([element.name], "attribute id is missing");
  return id;
}

/** Relations by the last part of their type, which is all that NML gives a meaning to. */
function relations(parent: XmlElement): readonly { type: string; element: XmlElement }[] {
  return parent.children
    .filter((child) => child.name === "Relation")
    .map((element) => ({
      type: (attributeOf(element, "type") ?? "").replace(/^.*#/, ""),
      element,
    }));
}

/** Writes an NML document; `version` is since when it has been so, milliseconds since the epoch. */
export function writeNmlTopology(
  { id, name, ports, labelSwapping }: NmlTopology,
  version: number,
): string {
  const root = nml("Topology", { id, version: dateTime.write(version).text }, [
    ...(name === undefined ? [] : [nml("name", {}, name)]),
    ...ports.map((port) =>
      nml("BidirectionalPort", { id: port.id }, [
        ...(port.name === undefined ? [] : [nml("name", {}, port.name)]),
        nml("PortGroup", { id: port.inbound.id }),
        nml("PortGroup", { id: port.outbound.id }),
      ]),
    ),
    relation("hasService", [
      nml("SwitchingService", {
        id: `${id}:switching`,
        labelSwapping: String(labelSwapping),
        encoding: NML_ETHERNET,
      }),
    ]),
    relation(
      "hasInboundPort",
      ports.map(({ inbound }) => portGroup(inbound)),
    ),
    relation(
      "hasOutboundPort",
      ports.map(({ outbound }) => portGroup(outbound)),
    ),
  ]);
  return writeXml(root, { [NML]: "nml", [NML_ETHERNET]: "nmleth" });
}

function portGroup({ id, vlans, alias, capacity }: NmlPort): XmlElement {
  return nml("PortGroup", { id }, [
    ...(vlans === undefined ? [] : [nml("LabelGroup", { labeltype: VLAN_LABELS }, vlans)]),
    ...(alias === undefined ? [] : [relation("isAlias", [nml("PortGroup", { id: alias })])]),
    ...(capacity === undefined ? [] : [ethernet("maximumReservableCapacity", String(capacity))]),
  ]);
}

function ethernet(name: string, text: string): XmlElement {
  return { namespace: NML_ETHERNET, name, attributes: [], children: [], text };
}

function relation(type: string, children: readonly XmlElement[]): XmlElement {
  return nml("Relation", { type: `${NML}${type}` }, children);
}

function nml(
  name: string,
  attributes: Readonly<Record<string, string>>,
  content: readonly XmlElement[] | string = [],
): XmlElement {
  return {
    namespace: NML,
    name,
    attributes: Object.entries(attributes).map(([key, value]) => ({
      namespace: "",
      name: key,
      value,
    })),
    children: typeof content === "string" ? [] : content,
    text: typeof content === "string" ? content : "",
  };
}
