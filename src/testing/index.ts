/**
 * Simulated OpenFlow switches and a fabric of them, for tests that need no root, no network and no
 * real time; and what every driver and every store must do, as checks.
 *
 * @packageDocumentation
 */

export {
  type ClientTls,
  type HttpClientOptions,
  httpClient,
} from "../drivers/oscars/http/client-socket.ts";
export type { HttpClient, HttpHandler } from "../drivers/oscars/http/http.ts";
export {
  type HttpListenFault,
  type HttpServer,
  type HttpServerOptions,
  openHttpServer,
  type ServerTls,
} from "../drivers/oscars/http/server-socket.ts";
export {
  BROADCAST,
  customerTag,
  decodeFrame,
  describeFrame,
  ETHERTYPE_EXPERIMENT,
  encodeFrame,
  type Frame,
  type FrameFields,
  frame,
  frameBytes,
  TPID_CUSTOMER,
  TPID_SERVICE,
  type TruncatedFrame,
  type VlanTag,
} from "../model/frame.ts";
export { conformanceDomain } from "./conformance-segments.ts";
export type { ConnectionEvent } from "./controller-connection.ts";
export type { LinkTiming } from "./controller-link.ts";
export type { PortSpec } from "./datapath/port-table.ts";
export type { Refusal } from "./datapath/refusal.ts";
export { socketDial } from "./dial-socket.ts";
export {
  type ConformanceCheck,
  type ConformanceSubject,
  driverConformance,
} from "./driver-conformance.ts";
export { type FabricOptions, type PortFrame, SimulatedFabric } from "./fabric.ts";
export { type Fault, FaultPlan, type FaultRates, type ScriptedFault } from "./faults.ts";
export {
  type Dial,
  type DialRefused,
  type MemoryLinkOptions,
  MemoryListener,
  memoryLink,
} from "./memory-link.ts";
export { type Random, seededRandom } from "./random.ts";
export {
  type Arrival,
  type NetworkEnd,
  probe,
  type Reachability,
  reachability,
} from "./reachability.ts";
export { type Reception, SimHost, type SimHostOptions } from "./sim-host.ts";
export { SimSwitch, type SimSwitchOptions, type SwitchEvent } from "./sim-switch.ts";
export type { StoreCheck, StoreSubject } from "./store-check.ts";
export { storeConformance } from "./store-conformance.ts";
export type {
  CarriedCircuit,
  CircuitChange,
} from "./wan/circuit-table.ts";
export type { IdcpReservation, IdcpTerms } from "./wan/idcp-operation.ts";
export type { SimIdcpServerOptions } from "./wan/idcp-options.ts";
export type { IdcpPort } from "./wan/idcp-ports.ts";
export { MemoryHttp } from "./wan/memory-http.ts";
export type { NsiConnection } from "./wan/nsi-connection.ts";
export type { NsiDemand, NsiQuirks, SimNsiProviderOptions } from "./wan/nsi-options.ts";
export { nsiPeerQuirks } from "./wan/nsi-peers.ts";
export type { NsiPort } from "./wan/nsi-ports.ts";
export type { OscarsConnection } from "./wan/oscars-answer.ts";
export type { OscarsInventory, OscarsPort } from "./wan/oscars-inventory.ts";
export type { OscarsQuirks, SimOscarsServerOptions } from "./wan/oscars-options.ts";
export { SimIdcpServer } from "./wan/sim-idcp-server.ts";
export { SimNsiProvider } from "./wan/sim-nsi-provider.ts";
export { SimOscarsServer } from "./wan/sim-oscars-server.ts";
export {
  type FaultyServer,
  type WanFault,
  type WanFaultRates,
  WanFaults,
} from "./wan/wan-faults.ts";
export type { WireFrame } from "./wire-frame.ts";
export type { Crossing, LinkCount, LoopViolation, WireOptions } from "./wires.ts";
