import type { XmlCodec } from "../xml/codec.ts";
import type { XmlElement } from "../xml/element.ts";
import { attribute, content, fieldsIn, optionalAttribute } from "../xml/field.ts";
import { boolean, integer, text, token } from "../xml/scalars.ts";
import { type FieldsOf, struct } from "../xml/struct.ts";
import { CTRL_PLANE } from "./names.ts";

/** What ports and links say of their room; texts of bit/s, unlike reservations, which are in Mbit/s. */
export interface Capacities {
  readonly capacity?: string;
  readonly maximumReservableCapacity?: string;
  readonly minimumReservableCapacity?: string;
  readonly granularity?: string;
  readonly unreservedCapacity?: string;
}

/** What a link can do with labels. */
export interface SwitchingInfo {
  readonly capability?: string;
  readonly interfaceMTU?: number;
  /** VLAN IDs: `any`, `100-200,300`. */
  readonly vlanRangeAvailability?: string;
  readonly suggestedVLANRange?: string;
  readonly vlanTranslation?: boolean;
}

export interface SwitchingCapability {
  /** `l2sc` for Ethernet, `psc-4` for packets inside a domain. */
  readonly switchingcapType: string;
  readonly encodingType: string;
  readonly switchingCapabilitySpecificInfo: SwitchingInfo;
}

export interface AdministrativeGroup {
  readonly group: number;
  readonly groupID?: string;
}

export interface CtrlPlaneLink extends Capacities {
  readonly id: string;
  readonly remoteLinkId?: string;
  readonly trafficEngineeringMetric: string;
  readonly linkProtectionTypes: readonly string[];
  readonly administrativeGroups: readonly AdministrativeGroup[];
  readonly SwitchingCapabilityDescriptors: SwitchingCapability;
}

/** Until when something is valid; kept as it is. */
export type Lifetime = { readonly attributes: XmlElement["attributes"] } & {
  readonly children: XmlElement["children"];
};

export interface CtrlPlanePort extends Capacities {
  readonly id: string;
  readonly lifetime?: Lifetime;
  readonly link: readonly CtrlPlaneLink[];
}

export interface Address {
  readonly value?: string;
  readonly type?: string;
  readonly text: string;
}

export interface CtrlPlaneNode {
  readonly id: string;
  readonly lifetime?: Lifetime;
  readonly address?: Address;
  readonly port: readonly CtrlPlanePort[];
}

export interface CtrlPlaneDomain {
  readonly id: string;
  readonly lifetime?: Lifetime;
  readonly node: readonly CtrlPlaneNode[];
  readonly port: readonly CtrlPlanePort[];
  readonly link: readonly CtrlPlaneLink[];
}

export interface NextHop {
  readonly weight?: number;
  readonly optional?: boolean;
  readonly hop: string;
}

/** A hop names something by reference or holds it whole. */
export interface Hop {
  readonly id: string;
  readonly domainIdRef?: string;
  readonly nodeIdRef?: string;
  readonly portIdRef?: string;
  readonly linkIdRef?: string;
  readonly domain?: CtrlPlaneDomain;
  readonly node?: CtrlPlaneNode;
  readonly port?: CtrlPlanePort;
  readonly link?: CtrlPlaneLink;
  readonly nextHop: readonly NextHop[];
}

export interface CtrlPlanePath {
  readonly id: string;
  readonly direction?: string;
  readonly lifetime?: Lifetime;
  readonly hop: readonly Hop[];
}

export interface DomainSignature {
  readonly domainId: string;
}

/** A domain's inventory (NMWG CtrlPlane of 2008-08-28). */
export interface CtrlPlaneTopology {
  readonly id: string;
  readonly idcId: string;
  readonly path: readonly CtrlPlanePath[];
  readonly domain: readonly CtrlPlaneDomain[];
  readonly domainSignature: readonly DomainSignature[];
}

const { required, optional, many } = fieldsIn(CTRL_PLANE);

const lifetime: XmlCodec<Lifetime> = {
  read: ({ attributes, children }) => ({ attributes, children }),
  write: (value) => ({ ...value, text: "" }),
};

const id = attribute("id", text);

const capacities: FieldsOf<Capacities> = {
  capacity: optional("capacity", token),
  maximumReservableCapacity: optional("maximumReservableCapacity", token),
  minimumReservableCapacity: optional("minimumReservableCapacity", token),
  granularity: optional("granularity", token),
  unreservedCapacity: optional("unreservedCapacity", token),
};

const switchingInfo = struct<SwitchingInfo>({
  capability: optional("capability", token),
  interfaceMTU: optional("interfaceMTU", integer),
  vlanRangeAvailability: optional("vlanRangeAvailability", token),
  suggestedVLANRange: optional("suggestedVLANRange", token),
  vlanTranslation: optional("vlanTranslation", boolean),
});

const switchingCapability = struct<SwitchingCapability>({
  switchingcapType: required("switchingcapType", token),
  encodingType: required("encodingType", token),
  switchingCapabilitySpecificInfo: required("switchingCapabilitySpecificInfo", switchingInfo),
});

const administrativeGroup = struct<AdministrativeGroup>({
  group: required("group", integer),
  groupID: optional("groupID", token),
});

const link = struct<CtrlPlaneLink>({
  id,
  remoteLinkId: optional("remoteLinkId", token),
  trafficEngineeringMetric: required("trafficEngineeringMetric", token),
  ...capacities,
  linkProtectionTypes: many("linkProtectionTypes", token),
  administrativeGroups: many("administrativeGroups", administrativeGroup),
  SwitchingCapabilityDescriptors: required("SwitchingCapabilityDescriptors", switchingCapability),
});

const port = struct<CtrlPlanePort>({
  id,
  lifetime: optional("lifetime", lifetime),
  ...capacities,
  link: many("link", link),
});

const address = struct<Address>({
  value: optionalAttribute("value", text),
  type: optionalAttribute("type", text),
  text: content(text),
});

const node = struct<CtrlPlaneNode>({
  id,
  lifetime: optional("lifetime", lifetime),
  address: optional("address", address),
  port: many("port", port),
});

const domain = struct<CtrlPlaneDomain>({
  id,
  lifetime: optional("lifetime", lifetime),
  node: many("node", node),
  port: many("port", port),
  link: many("link", link),
});

const nextHop = struct<NextHop>({
  weight: optionalAttribute("weight", integer),
  optional: optionalAttribute("optional", boolean),
  hop: content(text),
});

const hop = struct<Hop>({
  id,
  domainIdRef: optional("domainIdRef", token),
  nodeIdRef: optional("nodeIdRef", token),
  portIdRef: optional("portIdRef", token),
  linkIdRef: optional("linkIdRef", token),
  domain: optional("domain", domain),
  node: optional("node", node),
  port: optional("port", port),
  link: optional("link", link),
  nextHop: many("nextHop", nextHop),
});

export const ctrlPlanePath: XmlCodec<CtrlPlanePath> = struct<CtrlPlanePath>({
  id,
  direction: optionalAttribute("direction", text),
  lifetime: optional("lifetime", lifetime),
  hop: many("hop", hop),
});

export const ctrlPlaneTopology: XmlCodec<CtrlPlaneTopology> = struct<CtrlPlaneTopology>({
  id,
  idcId: required("idcId", token),
  path: many("path", ctrlPlanePath),
  domain: many("domain", domain),
  domainSignature: many(
    "domainSignature",
    struct<DomainSignature>({ domainId: attribute("domainId", text) }),
  ),
});
