import type { errorNames, errorNames10, newIn14, newIn15, newKindsIn14 } from "./error-names.ts";

type Kinds =
  | (typeof errorNames)[number]
  | (typeof newKindsIn14)[number]
  | (typeof errorNames10)[number];
type Additions = (typeof newIn14)[number] | (typeof newIn15)[number];

/** The kinds of failure that have a name. */
export type ErrorKind = Kinds[0];

/** The reasons for a failure that have a name. */
export type ErrorCode = Kinds[1][number] | Additions[2][number];

/** A peer could not do what it was asked (OpenFlow 1.3.5 §7.4.4). The xid is that of the request. */
export type ErrorMessage =
  | {
      readonly type: "error";
      /** A number is a kind this codec has no name for. */
      readonly kind: ErrorKind | number;
      /** A number is a code this codec has no name for. */
      readonly code: ErrorCode | number;
      /** At least the first 64 bytes of the request, or a text when a hello failed. */
      readonly data: Uint8Array;
    }
  | {
      readonly type: "error";
      readonly kind: "experimenter";
      /** The organisation's own number of the failure. */
      readonly code: number;
      readonly experimenter: number;
      readonly data: Uint8Array;
    };
