/** The organisations whose extensions this codec has names for. */
export const experimenterId = { nicira: 0x00002320, onf: 0x4f4e4600 } as const;
