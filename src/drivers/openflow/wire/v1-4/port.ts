// Ports, OpenFlow 1.4.1 §7.2.1, §7.3.4.3, §7.3.5.6 and §7.4.3.
import type { Codec } from "../kit/codec.ts";
import { experimenterItem } from "../kit/experimenter-item.ts";
import { mac } from "../kit/hex.ts";
import { mapped } from "../kit/mapped.ts";
import { portStatusReason } from "../kit/names.ts";
import { text, u16, u32 } from "../kit/scalars.ts";
import { lengthHere, sized } from "../kit/sized.ts";
import { constant, list, pad, struct } from "../kit/struct.ts";
import { tlv } from "../kit/tlv.ts";
import { Union, type Variant, variant } from "../kit/union.ts";
import type {
  Port,
  PortMod,
  PortModProperty,
  PortProperty,
  PortStats,
  PortStatsProperty,
  PortStatus,
} from "../port.ts";
import { ethernetPort, ethernetStats, portCounters } from "../v1-3/port.ts";

/** What a port is besides (§7.2.1.2); OpenFlow 1.5 has more. */
export const portProperties: readonly Variant<PortProperty>[] = [
  variant(0, "ethernet", { _: pad(4), ...ethernetPort }),
  variant(1, "optical", {
    _: pad(4),
    supported: u32,
    txMinFrequency: u32,
    txMaxFrequency: u32,
    txGrid: u32,
    rxMinFrequency: u32,
    rxMaxFrequency: u32,
    rxGrid: u32,
    txMinPower: u16,
    txMaxPower: u16,
  }),
  experimenterItem,
];

/** `ofp_port` (§7.2.1.1). */
export function portWith(properties: readonly Variant<PortProperty>[]): Codec<Port> {
  return sized(
    4,
    struct({
      port: u32,
      length: lengthHere,
      _0: pad(2),
      hwAddr: mac,
      _1: pad(2),
      name: text(16),
      config: u32,
      state: u32,
      properties: list(tlv(new Union(properties), "outside")),
    }),
  );
}

const statsProperties: readonly Variant<PortStatsProperty>[] = [
  variant(0, "ethernet", { _: pad(4), ...ethernetStats }),
  variant(1, "optical", {
    _: pad(4),
    flags: u32,
    txFrequency: u32,
    txOffset: u32,
    txGridSpan: u32,
    rxFrequency: u32,
    rxOffset: u32,
    rxGridSpan: u32,
    txPower: u16,
    rxPower: u16,
    biasCurrent: u16,
    temperature: u16,
  }),
  experimenterItem,
];

/** `ofp_port_stats` (§7.3.5.6). */
export const portStats: Codec<PortStats> = sized(
  0,
  struct({
    length: lengthHere,
    _: pad(2),
    port: u32,
    durationS: u32,
    durationNs: u32,
    ...portCounters,
    properties: list(tlv(new Union(statsProperties), "outside")),
  }),
);

/** OFPT_PORT_STATUS (§7.4.3). */
export function portStatus(port: Codec<Port>): Variant<PortStatus> {
  return variant(12, "port-status", { reason: portStatusReason, _: pad(7), port });
}

const modProperties: readonly Variant<PortModProperty>[] = [
  variant(0, "ethernet", { advertise: u32 }),
  variant(1, "optical", {
    configure: u32,
    frequency: u32,
    offset: u32,
    gridSpan: u32,
    txPower: u32,
  }),
  experimenterItem,
];

/** OFPT_PORT_MOD (§7.3.4.3). */
export const portMod: Variant<PortMod> = {
  code: 16,
  type: "port-mod",
  body: mapped(
    struct({
      type: constant("port-mod"),
      port: u32,
      _0: pad(4),
      hwAddr: mac,
      _1: pad(2),
      config: u32,
      mask: u32,
      properties: list(tlv(new Union(modProperties), "outside")),
    }),
    summarised,
    spelledOut,
  ),
};

type PortModOnWire = Omit<PortMod, "advertise"> & {
  readonly properties: readonly PortModProperty[];
};

function summarised({ properties, ...head }: PortModOnWire): PortMod {
  const ethernet = properties.find((each) => each.type === "ethernet");
  const value: PortMod = { ...head, advertise: ethernet?.advertise ?? 0 };
  const isUsual = properties.length === spelledOut(value).properties.length;
  return isUsual && properties[0] === ethernet ? value : { ...value, properties };
}

function spelledOut({ advertise, properties, ...head }: PortMod): PortModOnWire {
  const usual: readonly PortModProperty[] =
    advertise === 0 ? [] : [{ type: "ethernet", advertise }];
  return { ...head, properties: properties ?? usual };
}
