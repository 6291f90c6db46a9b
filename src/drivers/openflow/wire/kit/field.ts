import type { BigFieldName, Ipv6FieldName, MacFieldName, NumberFieldName } from "../match.ts";
import { hex, mac } from "./hex.ts";
import { type FieldCode, type FieldSpec, fieldSpec } from "./oxm.ts";
import { u8, u16, u24, u32, u64 } from "./scalars.ts";

const number = { 1: u8, 2: u16, 3: u24, 4: u32 } as const;

/** A match field of one to four bytes. */
export function int(code: FieldCode, field: NumberFieldName, size: 1 | 2 | 3 | 4): FieldSpec {
  return fieldSpec(code, field, size, number[size]);
}

/** A match field of eight bytes. */
export function long(code: FieldCode, field: BigFieldName): FieldSpec {
  return fieldSpec(code, field, 8, u64);
}

/** A match field that holds a MAC address. */
export function ether(code: FieldCode, field: MacFieldName): FieldSpec {
  return fieldSpec(code, field, 6, mac);
}

/** A match field of sixteen bytes. */
export function ipv6(code: FieldCode, field: Ipv6FieldName): FieldSpec {
  return fieldSpec(code, field, 16, hex(16));
}
