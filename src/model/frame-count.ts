/** How many frames there were. Bytes are of layer-2 frames, as whoever counted counts them. */
export interface FrameCount {
  readonly frames: number;
  readonly bytes: number;
}

/** No frames. */
export const noFrames: FrameCount = { frames: 0, bytes: 0 };

/** All of them together. */
export function sumFrames(counts: readonly FrameCount[]): FrameCount {
  return counts.reduce(
    (all, { frames, bytes }) => ({ frames: all.frames + frames, bytes: all.bytes + bytes }),
    noFrames,
  );
}
