/** Where providers differ from the specification, and from one another. */
export interface PeerProfile {
  /** How another version of a reservation is asked for. */
  readonly modify: /** The new capacity alone (GFD.212 §8.4). */
    | "capacity"
    /** The whole service, STPs too; OSCARS looks at the capacity only. */
    | "full-service"
    /** The service with its capacity alone, against the schema, beside the whole schedule. */
    | "service-with-capacity"
    /** Not at all: a new reservation takes the place of the old one. */
    | "none";
  /** Whether what is held and was never committed is given back by `reserveAbort`, or by `terminate`. */
  readonly abortsInitial: boolean;
  /** Whether all of a list of labels counts; OSCARS takes the first number or range. */
  readonly readsLists: boolean;
  /** Whether times that are nil are understood. */
  readonly nilTimes: boolean;
  /** Whether a synchronous query by ids comes back. */
  readonly queriesById: boolean;
  /** Whether a connection without an end lasts; OSCARS ends one after a day, so there the end is said. */
  readonly openEnd: boolean;
  /**
   * What requests have to say for `replyTo` where nobody takes callbacks: OSCARS wants the element, which may be
   * empty, OpenNSA a URL (its queries fail without one). Absent, the element may be missing.
   */
  readonly nowhere?: string;
  /** Whether another version that was refused can be given up, so that a further one may be asked for. */
  readonly abortsFailed: boolean;
  /** For how long a reservation is held before it must be committed, in seconds. */
  readonly holdSeconds: number;
  /** Whether it can be asked what became of an earlier request (`queryResultSync`). */
  readonly queriesResults: boolean;
  /** Whether it can be asked what it has told unasked (`queryNotificationSync`). */
  readonly queriesNotifications: boolean;
  /** How long a reservation lasts at least, in seconds; any time when absent. */
  readonly minimumSeconds?: number;
}

/** The name of a known provider. */
export type PeerName = "standard" | "oscars" | "opennsa" | "supa" | "safnari";

/** No such host will ever be (RFC 6761 §6.4). */
const NOWHERE = "http://nowhere.invalid/";

/** The providers that are known, by name. */
export const peerProfiles: Readonly<Record<PeerName, PeerProfile>> = {
  standard: {
    modify: "capacity",
    abortsInitial: true,
    readsLists: true,
    nilTimes: true,
    queriesById: true,
    openEnd: true,
    abortsFailed: true,
    queriesResults: true,
    queriesNotifications: true,
    holdSeconds: 120,
  },
  oscars: {
    modify: "full-service",
    abortsInitial: true,
    readsLists: false,
    nilTimes: false,
    queriesById: true,
    openEnd: false,
    nowhere: "",
    abortsFailed: false,
    queriesResults: false,
    queriesNotifications: true,
    holdSeconds: 900,
    minimumSeconds: 900,
  },
  opennsa: {
    modify: "none",
    abortsInitial: true,
    readsLists: true,
    nilTimes: false,
    queriesById: true,
    openEnd: true,
    nowhere: NOWHERE,
    abortsFailed: true,
    queriesResults: false,
    queriesNotifications: false,
    holdSeconds: 120,
  },
  supa: {
    modify: "service-with-capacity",
    abortsInitial: false,
    readsLists: true,
    nilTimes: false,
    queriesById: true,
    openEnd: true,
    abortsFailed: true,
    queriesResults: true,
    queriesNotifications: true,
    holdSeconds: 120,
  },
  safnari: {
    modify: "capacity",
    abortsInitial: true,
    readsLists: true,
    nilTimes: true,
    queriesById: true,
    openEnd: true,
    nowhere: NOWHERE,
    abortsFailed: true,
    queriesResults: true,
    queriesNotifications: true,
    holdSeconds: 120,
  },
};
