/** Where servers that speak IDCP differ from one another. */
export interface IdcpProfile {
  /** Whose messages are spoken: those of OSCARS 0.6, or those of OSCARS 0.5, DRAGON and ION (IDCP 1). */
  readonly version: "0.6" | "0.5";
  /**
   * Whether a circuit is set up when `createPath` says so (`signal-xml`), or by itself from its start on
   * (`timer-automatic`). Then what is held carries frames already.
   */
  readonly pathSetup: "signal-xml" | "timer-automatic";
  /** Whether `modifyReservation` gives a reservation another rate; OSCARS 0.5 changes nothing but its times. */
  readonly changesRates: boolean;
  /** Whether the labels of a circuit's two ends may differ. */
  readonly swapsLabels: boolean;
}

/** The name of a known kind of server. */
export type IdcpPeerName = "oscars-0.6" | "oscars-0.5" | "dragon";

/** The kinds of servers that are known, by name. */
export const idcpProfiles: Readonly<Record<IdcpPeerName, IdcpProfile>> = {
  "oscars-0.6": {
    version: "0.6",
    pathSetup: "signal-xml",
    changesRates: true,
    swapsLabels: true,
  },
  "oscars-0.5": {
    version: "0.5",
    pathSetup: "signal-xml",
    changesRates: false,
    swapsLabels: true,
  },
  // The switches that DRAGON controls keep a frame's tag.
  dragon: {
    version: "0.5",
    pathSetup: "signal-xml",
    changesRates: false,
    swapsLabels: false,
  },
};
