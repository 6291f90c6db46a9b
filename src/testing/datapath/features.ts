import {
  capability,
  GROUP_MAX,
  groupCapability,
  meterFlag,
} from "../../drivers/openflow/wire/constants.ts";
import type { GroupFeatures, PerGroupType } from "../../drivers/openflow/wire/group.ts";
import type { OfMessage } from "../../drivers/openflow/wire/message.ts";
import type { MeterFeatures } from "../../drivers/openflow/wire/meter.ts";
import type { SwitchDesc } from "../../drivers/openflow/wire/switch.ts";
import { MAX_BANDS } from "./meter-table.ts";
import { TABLES } from "./program.ts";
import type { SwitchState } from "./switch-state.ts";

/** What the simulated switch says it is: one that learns does so as Open vSwitch does. */
export function switchDescription(learns: boolean): SwitchDesc {
  return {
    manufacturer: "DCNS",
    hardware: learns ? "Open vSwitch, simulated" : "simulated switch",
    software: "dcns/testing",
    serialNumber: "none",
    datapath: "none",
  };
}

/** What its features reply promises. */
const capabilities: number =
  capability.flowStats | capability.tableStats | capability.portStats | capability.groupStats;

/** What meters it can hold: as Open vSwitch says of itself. */
export const meterFeatures: MeterFeatures = {
  maxMeter: 262_144,
  bandTypes: 1 << 1,
  capabilities: meterFlag.kbps | meterFlag.pktps | meterFlag.burst | meterFlag.stats,
  maxBands: MAX_BANDS,
  maxColor: 0,
};

/** Output 0, push-vlan 17, pop-vlan 18, set-queue 21, group 22, set-field 25. */
const bucketActions = [0, 17, 18, 21, 22, 25].reduce((bits, action) => bits | (1 << action), 0);

/** What groups it can hold: all types, chained, as many as there are numbers. */
export const groupFeatures: GroupFeatures = {
  types: 0b1111,
  capabilities:
    groupCapability.selectWeight | groupCapability.selectLiveness | groupCapability.chaining,
  maxGroups: perGroupType(GROUP_MAX),
  actions: perGroupType(bucketActions),
};

function perGroupType(value: number): PerGroupType {
  return { all: value, select: value, indirect: value, fastFailover: value };
}

/** What the switch says of itself. */
export function featuresReply(state: SwitchState): OfMessage {
  return {
    type: "features-reply",
    datapathId: state.datapathId,
    buffers: 0,
    tables: TABLES,
    auxiliaryId: 0,
    capabilities,
  };
}
