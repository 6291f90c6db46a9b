import type { ExperimenterItem, UnknownItem } from "./action.ts";
import type { OfMessage } from "./message.ts";

/** What is asked of a bundle, or that it was done. */
export type BundleControlType =
  | "open-request"
  | "open-reply"
  | "close-request"
  | "close-reply"
  | "commit-request"
  | "commit-reply"
  | "discard-request"
  | "discard-reply";

/**
 * Opens, closes, commits or discards messages that take effect together (OpenFlow 1.4.1 §7.3.9.2).
 * In 1.3 it is the ONF extension 230.
 */
export interface BundleControl {
  readonly type: "bundle-control";
  readonly bundle: number;
  /** A number is a type this codec has no name for. */
  readonly control: BundleControlType | number;
  /** Bits of {@link bundleFlag}. */
  readonly flags: number;
  readonly properties?: readonly BundleProperty[];
}

/** Puts a message into a bundle (OpenFlow 1.4.1 §7.3.9.6). Its xid must be that of `inner`. */
export interface BundleAdd {
  readonly type: "bundle-add";
  readonly bundle: number;
  /** Bits of {@link bundleFlag}. */
  readonly flags: number;
  readonly inner: InnerMessage;
  readonly properties?: readonly BundleProperty[];
}

/** What a bundle is besides. */
export type BundleProperty =
  /** When it is to be committed; from OpenFlow 1.5. */
  { readonly type: "time"; readonly time: OfTime } | ExperimenterItem | UnknownItem;

/** An instant or a span of time (OpenFlow 1.5.1 §7.3.9.4.1). */
export interface OfTime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/** A whole message inside another. One that could itself hold messages stays `unknown`. */
export interface InnerMessage {
  readonly xid: number;
  readonly message: OfMessage;
}

/** Asks what a switch can do with bundles (OpenFlow 1.5.1 §7.3.5.20). */
export interface BundleFeatureRequest {
  /** Bits of OFPBF: what is asked for. */
  readonly flags: number;
  readonly properties: readonly BundleFeatureProperty[];
}

/** What a switch can do with bundles (OpenFlow 1.5.1 §7.3.5.20). */
export interface BundleFeatures {
  /** Bits of {@link bundleFlag}. */
  readonly capabilities: number;
  readonly properties: readonly BundleFeatureProperty[];
}

/** What a switch says of bundles that are committed at a set time. */
export type BundleFeatureProperty =
  | {
      readonly type: "time";
      readonly accuracy: OfTime;
      readonly maxFuture: OfTime;
      readonly maxPast: OfTime;
      /** The switch's own clock. */
      readonly timestamp: OfTime;
    }
  | ExperimenterItem
  | UnknownItem;
