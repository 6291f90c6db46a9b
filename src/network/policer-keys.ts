import { type Attachment, attachmentKey } from "../model/attachment.ts";

/** The key of the policer that holds a network whose members share one rate. */
export const NETWORK_POLICER = "network";

/** The key of what holds frames that leave at `at`. */
export function towards(at: Attachment): string {
  return `towards ${attachmentKey(at)}`;
}

/** The key of what holds frames that enter at `at` and leave by every egress. */
export function floodedFrom(at: Attachment): string {
  return `flooded ${attachmentKey(at)}`;
}
