import type { Brand } from "./brand.ts";

/** A domain of the topology: the part that one driver controls. */
export type DomainId = Brand<string, "DomainId">;
/** A node of the topology; unique in the whole document. */
export type NodeId = Brand<string, "NodeId">;
/** A port, written `node:port`; unique in the whole document. */
export type PortRef = Brand<string, "PortRef">;
/** A link of the topology; unique in the whole document. */
export type LinkId = Brand<string, "LinkId">;
/** The tenant that owns a network: 1 to 255 printable characters. */
export type ProjectId = Brand<string, "ProjectId">;
/** Names one part of one network inside one domain; stable over generations. */
export type SegmentId = Brand<string, "SegmentId">;
/** An OpenFlow datapath id: sixteen lower-case hexadecimal digits. */
export type DatapathId = Brand<string, "DatapathId">;
/** A VLAN ID that may be put on a wire, 1 to 4094. */
export type VlanId = Brand<number, "VlanId">;
/**
 * A network's number: unique among the networks an agent holds or has in quarantine, 1 to 2^32 - 1.
 * Drivers mark what they install with it (an OpenFlow cookie, say).
 */
export type NetworkNumber = Brand<number, "NetworkNumber">;

export const domainId = (text: string): DomainId => text as DomainId;
export const nodeId = (text: string): NodeId => text as NodeId;
export const linkId = (text: string): LinkId => text as LinkId;
export const projectId = (text: string): ProjectId => text as ProjectId;
export const segmentId = (text: string): SegmentId => text as SegmentId;
export const datapathId = (text: string): DatapathId => text as DatapathId;
export const vlanId = (id: number): VlanId => id as VlanId;
export const networkNumber = (n: number): NetworkNumber => n as NetworkNumber;
export const portRef = (text: string): PortRef => text as PortRef;
/** The port `port` of node `node`, as the topology document writes it. */
export const portOf = (node: string, port: string): PortRef => `${node}:${port}` as PortRef;
/** The node of a port. */
export const nodeOfPort = (port: PortRef): NodeId => nodeId(port.slice(0, port.indexOf(":")));
