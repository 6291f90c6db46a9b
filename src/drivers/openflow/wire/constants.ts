// Reserved numbers, OpenFlow 1.3.5 §7.2. Versions that are narrower on the wire are widened to these.

/** Highest number a real port may have. */
export const PORT_MAX = 0xffffff00;
/** Send back out of the port the packet came in by. */
export const PORT_IN_PORT = 0xfffffff8;
/** Hand to the flow tables; in packet-outs only. */
export const PORT_TABLE = 0xfffffff9;
/** The switch's own traditional forwarding. */
export const PORT_NORMAL = 0xfffffffa;
/** The switch's own flooding. */
export const PORT_FLOOD = 0xfffffffb;
/** Every port but the one the packet came in by. */
export const PORT_ALL = 0xfffffffc;
/** The controller. */
export const PORT_CONTROLLER = 0xfffffffd;
/** The switch's own networking stack. */
export const PORT_LOCAL = 0xfffffffe;
/** No port in particular: a wildcard in requests and deletes. */
export const PORT_ANY = 0xffffffff;

/** Highest number a group may have. */
export const GROUP_MAX = 0xffffff00;
/** Every group; in deletes only. */
export const GROUP_ALL = 0xfffffffc;
/** No group in particular: a wildcard in requests and deletes. */
export const GROUP_ANY = 0xffffffff;

/** Highest number a bucket may have. */
export const BUCKET_MAX = 0xffffff00;
/** Before all buckets, in `insert-bucket`; the first one, in `remove-bucket`. */
export const BUCKET_FIRST = 0xfffffffd;
/** After all buckets, in `insert-bucket`; the last one, in `remove-bucket`. */
export const BUCKET_LAST = 0xfffffffe;
/** All buckets of a group. */
export const BUCKET_ALL = 0xffffffff;

/** Highest number a meter may have. */
export const METER_MAX = 0xffff0000;
/** Polices the packets that the switch sends to the controller. */
export const METER_CONTROLLER = 0xfffffffe;
/** Every meter; in deletes and requests only. */
export const METER_ALL = 0xffffffff;

/** Highest number a table may have. */
export const TABLE_MAX = 0xfe;
/** Every table; in deletes and requests only. */
export const TABLE_ALL = 0xff;

/** Every queue of a port, in requests. */
export const QUEUE_ALL = 0xffffffff;

/** The message carries the whole packet: nothing of it is kept in the switch. */
export const NO_BUFFER = 0xffffffff;
/** `maxLen` of an output to the controller that asks for the whole packet, unbuffered. */
export const MAX_LEN_NO_BUFFER = 0xffff;

/** The bit of `vlan_vid` that says a tag is there (OFPVID_PRESENT). */
export const VLAN_PRESENT = 0x1000;

/** Bits of `BundleControl.flags` and `BundleAdd.flags`; all messages of a bundle have the same. */
export const bundleFlag = { atomic: 0x1, ordered: 0x2, time: 0x4 } as const;

/** Bits of `FlowMonitorRequest.flags`. */
export const flowMonitorFlag = {
  initial: 0x1,
  add: 0x2,
  removed: 0x4,
  modify: 0x8,
  instructions: 0x10,
  noAbbreviations: 0x20,
  onlyOwn: 0x40,
} as const;

/** Bits of `FlowMod.flags` and `FlowStats.flags`. */
export const flowFlag = {
  sendFlowRemoved: 0x1,
  checkOverlap: 0x2,
  resetCounts: 0x4,
  noPacketCounts: 0x8,
  noByteCounts: 0x10,
} as const;

/** Bits of the flags of a `stat-trigger` instruction: at every multiple, and at the first only. */
export const statTriggerFlag = { periodic: 0x1, onlyFirst: 0x2 } as const;

/** Bits of `MeterMod.flags` and `MeterConfig.flags`. */
export const meterFlag = { kbps: 0x1, pktps: 0x2, burst: 0x4, stats: 0x8 } as const;

/** Bits of `Port.config` and `PortMod.config`. */
export const portConfig = {
  down: 0x1,
  noReceive: 0x4,
  noForward: 0x20,
  noPacketIn: 0x40,
} as const;

/** Bits of `Port.state`. */
export const portState = { linkDown: 0x1, blocked: 0x2, live: 0x4 } as const;

/** Bits of `FeaturesReply.capabilities`. */
export const capability = {
  flowStats: 0x1,
  tableStats: 0x2,
  portStats: 0x4,
  groupStats: 0x8,
  ipReassembly: 0x20,
  queueStats: 0x40,
  portBlocked: 0x100,
  bundles: 0x200,
  flowMonitoring: 0x400,
} as const;

/** Bits of `GroupFeatures.capabilities`. */
export const groupCapability = {
  selectWeight: 0x1,
  selectLiveness: 0x2,
  chaining: 0x4,
  chainingChecks: 0x8,
} as const;
