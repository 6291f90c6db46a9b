import { type OfVersion, supportedVersions } from "../wire/version.ts";

/** What may be set about a channel; everything has a default. */
export interface ChannelOptions {
  /** The versions that are offered; All of {@link supportedVersions} when absent. At least one. */
  readonly versions?: readonly OfVersion[];
  /** How long hello and features may take together, in milliseconds; 10,000 when absent. */
  readonly handshakeTimeoutMs?: number;
  /** How long nothing may be heard before an echo request is sent; 5,000 ms when absent. */
  readonly echoIntervalMs?: number;
  /** How long nothing may be heard after that before the switch counts as gone; 10,000 ms. */
  readonly echoTimeoutMs?: number;
  /** The longest hello that is accepted, in bytes; 1,024 when absent, 32 times what one takes. */
  readonly maxHelloBytes?: number;
  /** How many requests may wait for their reply at once; 1,024 when absent. */
  readonly maxRequests?: number;
  /** How many commands may wait for a barrier at once; 65,536 when absent. */
  readonly maxCommands?: number;
  /**
   * The most parts one multipart reply may have; 16,384 when absent. Open vSwitch sends 184 parts
   * for 100,000 flows.
   */
  readonly maxReplyParts?: number;
  /** The most bytes one multipart reply may have; 256 MiB when absent, 2 million flows or so. */
  readonly maxReplyBytes?: number;
}

/** The defaults of {@link ChannelOptions}. */
export const channelDefaults: Readonly<Required<ChannelOptions>> = {
  versions: supportedVersions,
  handshakeTimeoutMs: 10_000,
  echoIntervalMs: 5_000,
  echoTimeoutMs: 10_000,
  maxHelloBytes: 1_024,
  maxRequests: 1_024,
  maxCommands: 65_536,
  maxReplyParts: 16_384,
  maxReplyBytes: 268_435_456,
};
