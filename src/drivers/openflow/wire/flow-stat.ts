/** One number that a switch keeps of flow entries (OpenFlow 1.5.1 §7.2.4). */
export type FlowStat =
  | { readonly stat: "duration"; readonly seconds: number; readonly nanoseconds: number }
  | { readonly stat: "idle-time"; readonly seconds: number; readonly nanoseconds: number }
  | { readonly stat: "flow-count"; readonly value: number }
  | { readonly stat: "packet-count"; readonly value: bigint }
  | { readonly stat: "byte-count"; readonly value: bigint }
  | {
      readonly stat: "unknown";
      /** Class, number and length as the 32 bits that stand on the wire. */
      readonly header: number;
      /** Lower-case hexadecimal digits, two a byte. */
      readonly value: string;
    };
