/**
 * DCNS: private, bandwidth-guaranteed layer-2 networks across OpenFlow switches and wide-area
 * domains, in-process.
 *
 * @packageDocumentation
 */
export type { AgentEvent } from "./agent/agent-event.ts";
export type { AgentOptions } from "./agent/agent-options.ts";
export type { NetworkPlan } from "./agent/dry-run.ts";
export type { EventStream } from "./agent/event-stream.ts";
export type { SharingOptions } from "./agent/sharing/sharing.ts";
export type { EndpointStatistics, NetworkStatistics, StatisticsGap } from "./agent/statistics.ts";
export type { TopologyUpdate } from "./agent/topology-update.ts";
export type { DataPlanePair, DataPlaneReport, VerifyReport } from "./agent/verification.ts";
export { DcnsAgent } from "./dcns.ts";
export type {
  CallOptions,
  Confirmation,
  Discrepancy,
  DriverBase,
  DriverCapabilities,
  DriverContext,
  EndStatistics,
  HeldSegment,
  LossPoint,
  NodeCost,
  ProbedPair,
  ProbeOutcome,
  ProbeReport,
  ProvisionOptions,
  SegmentReport,
  SegmentStatistics,
} from "./drivers/driver-base.ts";
export type { DriverEvent } from "./drivers/driver-event.ts";
export { MemoryDriver } from "./drivers/memory.ts";
export { MemoryDomain, type NodePart } from "./drivers/memory-domain.ts";
export type { DomainAudit, NodeAudit, Verdicts } from "./drivers/openflow/audit-report.ts";
export type { Feature } from "./drivers/openflow/compile/features.ts";
export type { Lack, SelfTest, SwitchProfile } from "./drivers/openflow/compile/switch-profile.ts";
export { OpenFlowDriver } from "./drivers/openflow/driver.ts";
export type { OpenFlowDriverOptions } from "./drivers/openflow/driver-options.ts";
export type { EgressQueues } from "./drivers/openflow/egress-queues.ts";
export {
  type HttpServerOptions,
  nodeListener,
  type ServerTls,
} from "./drivers/oscars/http/server-socket.ts";
export type { IdcpPeerName, IdcpProfile } from "./drivers/oscars/idcp/peer-profile.ts";
export type { SigningIdentity } from "./drivers/oscars/idcp/ws-security.ts";
export { readCtrlPlane } from "./drivers/oscars/inventory/ctrl-plane-edges.ts";
export { type ImportOptions, importInventories } from "./drivers/oscars/inventory/import.ts";
export {
  type EdgeInventory,
  type EdgePort,
  type InventoryFault,
  type WideAreaNode,
  type WideAreaNodeOptions,
  wideAreaNode,
} from "./drivers/oscars/inventory/inventory.ts";
export { readNml } from "./drivers/oscars/inventory/nml-edges.ts";
export { readOscarsPorts } from "./drivers/oscars/inventory/oscars-edges.ts";
export type { PeerName } from "./drivers/oscars/nsi/peer-profile.ts";
export type { SessionSecurity } from "./drivers/oscars/nsi/session-security.ts";
export { OscarsDriver } from "./drivers/oscars/oscars-driver.ts";
export type {
  IdcpDialectOptions,
  IdcpNotificationOptions,
  NsiDialectOptions,
  OscarsDriverOptions,
  OscarsDriverTimes,
  RestDialectOptions,
} from "./drivers/oscars/oscars-driver-options.ts";
export type { DomainRole, NodeRole } from "./drivers/roles.ts";
export { type Bandwidth, formatBandwidth, parseBandwidth } from "./model/bandwidth.ts";
export type { Clock } from "./model/clock.ts";
export { type DcnsError, describeError } from "./model/errors.ts";
export type { FrameCount } from "./model/frame-count.ts";
export type {
  EndpointInfo,
  NetworkBackupInfo,
  NetworkInfo,
  NetworkLinkInfo,
  NetworkState,
  SegmentInfo,
} from "./model/network.ts";
export { VlanSet } from "./model/vlan-set.ts";
export { isVni, type LinkLabel, type Vni, vni, vniNumber } from "./model/vni.ts";
export { VniSet } from "./model/vni-set.ts";
export type { FlapDamping } from "./network/flap-damping.ts";
export type {
  BandwidthInput,
  EndpointOptions,
  HostPortInput,
  ModifyOptions,
  OperationOptions,
  SetupOptions,
  StatisticsOptions,
  TeardownOptions,
  VerifyOptions,
  VlanInput,
} from "./network/request-options.ts";
export type { Disk, DiskFile } from "./store/disk.ts";
export type { FileLock } from "./store/file-lock.ts";
export { FileStore, type FileStoreOptions } from "./store/file-store.ts";
export { MemoryStore, type MemoryStoreOptions } from "./store/memory-store.ts";
export type {
  JsonValue,
  Store,
  StoreChange,
  StoredRecord,
  StoreLease,
  StoreTransaction,
  StoreWrite,
} from "./store/store.ts";
export { systemClock } from "./system-clock.ts";
export type { TopologyDocument } from "./topology/document.ts";
export { Topology } from "./topology.ts";
