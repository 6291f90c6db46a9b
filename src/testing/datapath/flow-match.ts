import { err, ok, type Result } from "neverthrow";
import { VLAN_PRESENT } from "../../drivers/openflow/wire/constants.ts";
import type { Match, OxmField } from "../../drivers/openflow/wire/match.ts";
import { type Packet, vlanVidOf } from "./packet.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** The fields that the simulated switch can match. */
export type FieldName = (typeof fieldNames)[number];

/** The value of every field of one packet. */
export type FieldValues = Readonly<Record<FieldName, bigint>>;

/** One condition on a packet: those bits of the field that `mask` has are as in `value`. */
interface FieldTest {
  readonly name: FieldName;
  readonly value: bigint;
  readonly mask: bigint;
}

/** What packets a flow is for: all tests must hold. */
export interface FlowMatch {
  /** In a fixed order, at most one for each field. */
  readonly tests: readonly FieldTest[];
  /** Equal for matches that test the same bits of the same fields. */
  readonly shape: string;
  /** What those bits must be; see {@link testedValues}. */
  readonly wanted: string;
  /** The match in the words of the protocol, in the order in which Open vSwitch reports fields. */
  readonly fields: Match;
}

/** Reads a match, or refuses what the switch does not support (OpenFlow 1.3.5 §7.2.3). */
export function compileMatch(match: Match): Result<FlowMatch, Refusal> {
  const tests = new Map<FieldName, FieldTest>();
  for (const field of match) {
    const compiled = compileField(field);
    if (compiled.isErr()) return err(compiled.error);
    const test = compiled.value;
    if (tests.has(test.name)) return refuse("bad-match", "dup-field");
    if (test.name === "vlan_pcp" && !requiresTag(tests.get("vlan_vid"))) {
      return refuse("bad-match", "bad-prereq");
    }
    tests.set(test.name, test);
  }
  const ordered = fieldNames.flatMap((name) => tests.get(name) ?? []).filter((t) => t.mask !== 0n);
  return ok({
    tests: ordered,
    shape: ordered.map(({ name, mask }) => `${name}/${mask}`).join(),
    wanted: ordered.map(({ value }) => value).join(),
    fields: ordered.map(fieldOf),
  });
}

/** Whether every packet that matches has a tag. */
export function matchRequiresTag(match: FlowMatch): boolean {
  return requiresTag(match.tests.find((test) => test.name === "vlan_vid"));
}

/** Reads all fields of a packet, for {@link testedValues}. */
export function fieldValues(packet: Packet): FieldValues {
  return {
    metadata: packet.metadata,
    tunnel_id: packet.tunnelId,
    in_port: BigInt(packet.inPort),
    eth_src: addressBits(packet.source),
    eth_dst: addressBits(packet.destination),
    eth_type: BigInt(packet.ethertype),
    vlan_vid: BigInt(vlanVidOf(packet)),
    vlan_pcp: BigInt(packet.tags[0]?.pcp ?? 0),
    nxm_nx_reg0: BigInt(packet.registers[0]),
    nxm_nx_reg1: BigInt(packet.registers[1]),
  };
}

/**
 * What a packet with these values has in the bits that a match tests: the packet matches when that
 * is what the match wants, and so for every other match of that shape.
 */
export function testedValues({ tests }: FlowMatch, values: FieldValues): string {
  return tests.map(({ name, mask }) => values[name] & mask).join();
}

/** Whether `wide` matches every packet that `narrow` does: what non-strict changes go by. */
export function covers(wide: FlowMatch, narrow: FlowMatch): boolean {
  return wide.tests.every((test) => {
    const other = narrow.tests.find((candidate) => candidate.name === test.name);
    if (other === undefined) return false;
    return (test.mask & ~other.mask) === 0n && (other.value & test.mask) === test.value;
  });
}

/** Whether some packet could match both. */
export function overlaps(a: FlowMatch, b: FlowMatch): boolean {
  return a.tests.every((test) => {
    const other = b.tests.find((candidate) => candidate.name === test.name);
    return other === undefined || ((test.value ^ other.value) & test.mask & other.mask) === 0n;
  });
}

const fieldNames = [
  "in_port",
  "eth_src",
  "eth_dst",
  "eth_type",
  "vlan_vid",
  "vlan_pcp",
  "tunnel_id",
  "metadata",
  "nxm_nx_reg0",
  "nxm_nx_reg1",
] as const;

const fullMasks: Readonly<Record<FieldName, bigint>> = {
  metadata: ones(64),
  tunnel_id: ones(64),
  in_port: ones(32),
  eth_src: ones(48),
  eth_dst: ones(48),
  eth_type: ones(16),
  vlan_vid: ones(13),
  vlan_pcp: ones(3),
  nxm_nx_reg0: ones(32),
  nxm_nx_reg1: ones(32),
};

function ones(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

const unmaskable: ReadonlySet<FieldName> = new Set(["in_port", "eth_type", "vlan_pcp"]);

function compileField(field: OxmField): Result<FieldTest, Refusal> {
  const name = fieldNames.find((candidate) => candidate === field.field);
  if (name === undefined) return refuse("bad-match", "bad-field");
  const full = fullMasks[name];
  const value = bitsOf(field.value);
  const mask = field.mask === undefined ? full : bitsOf(field.mask);
  if (field.mask !== undefined && unmaskable.has(name)) {
    return refuse("bad-match", "bad-mask");
  }
  if ((value & ~mask) !== 0n) {
    return refuse("bad-match", value > full ? "bad-value" : "bad-wildcards");
  }
  return ok({ name, value, mask });
}

function requiresTag(test: FieldTest | undefined): boolean {
  const present = BigInt(VLAN_PRESENT);
  return test !== undefined && (test.value & test.mask & present) !== 0n;
}

function fieldOf(test: FieldTest): OxmField {
  const exact = test.mask === fullMasks[test.name];
  switch (test.name) {
    case "metadata":
    case "tunnel_id":
      return {
        field: test.name,
        value: test.value,
        ...(exact ? {} : { mask: test.mask }),
      };
    case "eth_src":
    case "eth_dst":
      return {
        field: test.name,
        value: addressText(test.value),
        ...(exact ? {} : { mask: addressText(test.mask) }),
      };
    case "in_port":
    case "eth_type":
    case "vlan_vid":
    case "vlan_pcp":
    case "nxm_nx_reg0":
    case "nxm_nx_reg1":
      return {
        field: test.name,
        value: Number(test.value),
        ...(exact ? {} : { mask: Number(test.mask) }),
      };
    default:
      return test.name satisfies never;
  }
}

function bitsOf(value: number | bigint | string): bigint {
  return typeof value === "string" ? addressBits(value) : BigInt(value);
}

function addressBits(text: string): bigint {
  return BigInt(`0x${text.replaceAll(":", "")}`);
}

function addressText(bits: bigint): string {
  const digits = bits.toString(16).padStart(12, "0");
  return digits.replace(/..(?!$)/g, "$&:");
}
