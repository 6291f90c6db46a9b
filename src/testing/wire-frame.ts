import type { Frame } from "../model/frame.ts";

/** A frame on a wire, or in a tunnel under a VNI. */
export interface WireFrame extends Frame {
  readonly vni?: number;
}
