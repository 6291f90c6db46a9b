import type { BundleFeatureRequest, BundleFeatures } from "./bundle.ts";
import type { ExperimenterMessage } from "./experimenter.ts";
import type { AggregateStats, FlowCounters, FlowFilter, FlowStats } from "./flow.ts";
import type { FlowMonitorRequest, FlowUpdate } from "./flow-monitor.ts";
import type { GroupDesc, GroupFeatures, GroupStats } from "./group.ts";
import type { MeterConfig, MeterFeatures, MeterStats } from "./meter.ts";
import type { Port, PortStats } from "./port.ts";
import type { Queue, QueueStats } from "./queue.ts";
import type { ControllerStatus, SwitchDesc } from "./switch.ts";
import type { TableDesc, TableFeatures, TableStats } from "./table.ts";

/** Asks for state that may be too large for one message (OpenFlow 1.3.5 §7.3.5). */
export interface MultipartRequest {
  readonly type: "multipart-request";
  /** More messages with this xid follow, which together are one request. */
  readonly more: boolean;
  readonly body: MultipartRequestBody;
}

/** Answers with state, in one or more messages of one xid (OpenFlow 1.3.5 §7.3.5). */
export interface MultipartReply {
  readonly type: "multipart-reply";
  /** More messages with this xid follow. */
  readonly more: boolean;
  readonly body: MultipartReplyBody;
}

/** What is asked for. */
export type MultipartRequestBody =
  | { readonly type: "desc" }
  | ({ readonly type: "flow" } & FlowFilter)
  | ({ readonly type: "aggregate" } & FlowFilter)
  | { readonly type: "table" }
  | { readonly type: "port-stats"; readonly port: number }
  | { readonly type: "queue"; readonly port: number; readonly queue: number }
  | { readonly type: "group"; readonly group: number }
  /** From OpenFlow 1.5 of one group; of all when absent. */
  | { readonly type: "group-desc"; readonly group?: number }
  | { readonly type: "group-features" }
  | { readonly type: "meter"; readonly meter: number }
  | { readonly type: "meter-config"; readonly meter: number }
  | { readonly type: "meter-features" }
  /** Without tables it asks; with tables it sets them. */
  | { readonly type: "table-features"; readonly tables: readonly TableFeatures[] }
  /** From OpenFlow 1.5 of one port; of all when absent. */
  | { readonly type: "port-desc"; readonly port?: number }
  /** From OpenFlow 1.4. */
  | { readonly type: "table-desc" }
  | { readonly type: "queue-desc"; readonly port: number; readonly queue: number }
  | { readonly type: "flow-monitor"; readonly monitors: readonly FlowMonitorRequest[] }
  /** From OpenFlow 1.5. */
  | ({ readonly type: "flow-stats" } & FlowFilter)
  | { readonly type: "controller-status" }
  | ({ readonly type: "bundle-features" } & BundleFeatureRequest)
  | ExperimenterBody
  | UnknownBody;

/** What is answered. */
export type MultipartReplyBody =
  | ({ readonly type: "desc" } & SwitchDesc)
  | { readonly type: "flow"; readonly flows: readonly FlowStats[] }
  | ({ readonly type: "aggregate" } & AggregateStats)
  | { readonly type: "table"; readonly tables: readonly TableStats[] }
  | { readonly type: "port-stats"; readonly ports: readonly PortStats[] }
  | { readonly type: "queue"; readonly queues: readonly QueueStats[] }
  | { readonly type: "group"; readonly groups: readonly GroupStats[] }
  | { readonly type: "group-desc"; readonly groups: readonly GroupDesc[] }
  | ({ readonly type: "group-features" } & GroupFeatures)
  | { readonly type: "meter"; readonly meters: readonly MeterStats[] }
  | { readonly type: "meter-config"; readonly meters: readonly MeterConfig[] }
  | ({ readonly type: "meter-features" } & MeterFeatures)
  | { readonly type: "table-features"; readonly tables: readonly TableFeatures[] }
  | { readonly type: "port-desc"; readonly ports: readonly Port[] }
  /** From OpenFlow 1.4. */
  | { readonly type: "table-desc"; readonly tables: readonly TableDesc[] }
  | { readonly type: "queue-desc"; readonly queues: readonly Queue[] }
  | { readonly type: "flow-monitor"; readonly updates: readonly FlowUpdate[] }
  /** From OpenFlow 1.5. */
  | { readonly type: "flow-stats"; readonly flows: readonly FlowCounters[] }
  | { readonly type: "controller-status"; readonly controllers: readonly ControllerStatus[] }
  | ({ readonly type: "bundle-features" } & BundleFeatures)
  | ExperimenterBody
  | UnknownBody;

/** A body that an organisation outside the standard defined. */
export type ExperimenterBody = ExperimenterMessage;

/** A body of a type this codec has no name for. */
export interface UnknownBody {
  readonly type: "unknown";
  readonly code: number;
  readonly data: Uint8Array;
}
