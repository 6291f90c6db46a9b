import { type ChannelOptions, channelDefaults } from "./channel/channel-options.ts";

/** What may be set about a session; everything has a default. */
export interface SessionOptions extends ChannelOptions {
  /**
   * How long the switch may take for one answer, in milliseconds, where a call does not say; and for
   * each barrier of a batch. 10,000 when absent.
   */
  readonly replyTimeoutMs?: number;
  /**
   * How many bytes of commands may be sent that no barrier has confirmed, before a batch waits.
   * 1 MiB when absent: enough to keep a software switch busy over a wide-area round trip.
   */
  readonly maxUnconfirmedBytes?: number;
  /** How many commands of batches are sent in a second; hardware may need that. No limit when absent. */
  readonly maxCommandsPerSecond?: number;
  /**
   * How many packets the switch may send us in a second, and at once after a quiet second; others
   * are dropped and counted. 2,000 when absent.
   */
  readonly maxPacketInsPerSecond?: number;
  /**
   * How many bytes may be sent after the transport asked to wait, before the switch counts as one
   * that does not read. 16 MiB when absent.
   */
  readonly maxBufferedBytes?: number;
}

/** The defaults of {@link SessionOptions}. */
export const sessionDefaults: Readonly<Required<SessionOptions>> = {
  ...channelDefaults,
  replyTimeoutMs: 10_000,
  maxUnconfirmedBytes: 1_048_576,
  maxCommandsPerSecond: Number.POSITIVE_INFINITY,
  maxPacketInsPerSecond: 2_000,
  maxBufferedBytes: 16_777_216,
};
