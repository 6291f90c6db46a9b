/**
 * A topology as JSON: the format `dcns-topology/1`.
 *
 * Ids and names are 1 to 255 characters without white space; a node's id holds no colon, so that
 * `node:port` can be read only one way (at the first colon). Bandwidths are bit/s, or text with a
 * unit; VLANs are text such as `"100-199,205"`.
 */
export interface TopologyDocument {
  readonly format: "dcns-topology/1";
  readonly domains: readonly DomainDocument[];
  readonly nodes: readonly NodeDocument[];
  readonly links?: readonly LinkDocument[] | undefined;
  readonly hosts?: readonly HostDocument[] | undefined;
}

/** A part of the topology that one driver controls. */
export interface DomainDocument {
  readonly id: string;
  /** What kind of driver it needs, `openflow` say. */
  readonly driver: string;
}

/** A switch. */
export interface NodeDocument {
  readonly id: string;
  readonly domain: string;
  /** Sixteen hexadecimal digits, plain or as eight pairs with colons, or a number after `0x`. */
  readonly datapathId?: string | undefined;
  /** Whether the node can change a frame's VLAN on its way through; true by default. */
  readonly vlanTranslation?: boolean | undefined;
  /**
   * Whether more than two of a network's links and endpoints may meet at the node; true by default.
   * False for what has point-to-point circuits only, a wide-area network say.
   */
  readonly branching?: boolean | undefined;
  /** Whether the node may be used; true by default. */
  readonly enabled?: boolean | undefined;
  readonly ports: readonly PortDocument[];
}

/** A port of a node. */
export interface PortDocument {
  /** Unique in its node. */
  readonly id: string;
  /** Its OpenFlow port number; unique in its node. */
  readonly ofPort?: number | undefined;
  /** The name under which a switch shows it, to find the number by; unique in its node. */
  readonly name?: string | undefined;
  /** The VLANs that it can carry; `2-4094` by default. */
  readonly vlans?: string | undefined;
  /** What may be promised on it, each way; by default as much as its link has, or no limit. */
  readonly capacity?: number | string | undefined;
}

/** A cable, or somebody else's circuit, between ports of two nodes. */
export interface LinkDocument {
  readonly id: string;
  /** One end, `node:port`. */
  readonly a: string;
  /** The other end, `node:port`. */
  readonly b: string;
  /** What may be promised on it, each way. */
  readonly capacity: number | string;
  /** The VLANs that it can carry; `2-4094` by default. */
  readonly vlans?: string | undefined;
  /** What tells networks apart on it where that is not a VLAN; then there is no `vlans`. */
  readonly labels?: LinkLabelsDocument | undefined;
  /** What a network pays for using it, from 0; 1 by default. */
  readonly metric?: number | undefined;
  /** One way, in milliseconds; 0 by default. */
  readonly delayMs?: number | undefined;
  /** The risks that it shares with other links: the names of ducts, line cards, buildings. */
  readonly srlg?: readonly string[] | undefined;
  /** Whether the link may be used; true by default. */
  readonly enabled?: boolean | undefined;
}

/**
 * The labels of a tunnel between two software switches, which lie in one domain and translate: VXLAN network
 * identifiers, 1 to 16777215, such as `"10000-19999"`. Its ports take the VNI from the flow (`options:key=flow`).
 */
export interface LinkLabelsDocument {
  readonly space: "vni";
  readonly range: string;
}

/** A touch point: the port at which a host's interface meets the fabric. */
export interface HostDocument {
  readonly host: string;
  /** Holds no colon. */
  readonly nic: string;
  /** `node:port`. */
  readonly port: string;
  /** Whether the host sends and expects VLAN tags; `tagged` by default. */
  readonly tagging?: "tagged" | "untagged" | undefined;
}
