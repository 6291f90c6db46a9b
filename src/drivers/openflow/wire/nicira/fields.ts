// Nicira's extended match and Open vSwitch's packet registers; any version may carry them.
import { experimenterId } from "../experimenter-id.ts";
import { ether, int, ipv6, long } from "../kit/field.ts";
import { CLASS_EXPERIMENTER, type FieldCode, type FieldSpec } from "../kit/oxm.ts";
import type { PacketRegister } from "../match.ts";
import { niciraBytes, niciraMacs, niciraNumbers } from "./field-names.ts";

const CLASS_PACKET_REGISTERS = 0x8001;

const at = (oxmClass: number, code: number): FieldCode => ({ class: oxmClass, code });
const registers: readonly PacketRegister[] = [
  "xreg0",
  "xreg1",
  "xreg2",
  "xreg3",
  "xreg4",
  "xreg5",
  "xreg6",
  "xreg7",
];

/** The fields that extensions brought to every version. */
export const extensionFields: readonly FieldSpec[] = [
  ...niciraNumbers.map(([name, nxmClass, code, size]) => int(at(nxmClass, code), name, size)),
  ...niciraMacs.map(([name, nxmClass, code]) => ether(at(nxmClass, code), name)),
  ...niciraBytes.map(([name, nxmClass, code]) => ipv6(at(nxmClass, code), name)),
  long(at(1, 16), "nxm_nx_tun_id"),
  ...registers.map((name, code) => long(at(CLASS_PACKET_REGISTERS, code), name)),
];

/** The fields that ONF extensions brought to OpenFlow 1.3 and 1.4 and that 1.5 made its own. */
export const onfFields: readonly FieldSpec[] = [
  int({ class: CLASS_EXPERIMENTER, code: 42, experimenter: experimenterId.onf }, "tcp_flags", 2),
  int(
    { class: CLASS_EXPERIMENTER, code: 43, experimenter: experimenterId.onf },
    "actset_output",
    4,
  ),
];
