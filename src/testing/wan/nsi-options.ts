import type { HttpClient } from "../../drivers/oscars/http/http.ts";
import type { PeerProfile } from "../../drivers/oscars/nsi/peer-profile.ts";
import type { Clock } from "../../model/clock.ts";
import type { Random } from "../random.ts";
import type { CircuitChange } from "./circuit-table.ts";
import type { NsiPort } from "./nsi-ports.ts";

/**
 * Something that the schema leaves open and a provider wants: in a first reservation a version, a
 * schedule, a description or labels, in every request a `replyTo` (which may be empty, or not), a SOAPAction in
 * quotes or a correlation id that is new.
 */
export type NsiDemand =
  | "version"
  | "schedule"
  | "description"
  | "labels"
  | "reply-to"
  | "reply-url"
  | "quoted-action"
  | "fresh-correlation";

/** How a provider departs from what one would wish; peers in the field do each of these. */
export interface NsiQuirks {
  /** When confirmations are posted, against the answer to the request. */
  readonly callbacks?: "after" | "before" | "twice" | "never";
  /** Whether a request that cannot be met is refused in the answer, or later by a callback. */
  readonly refusals?: "callback" | "answer";
  /** What it says instead of the usual numbers of GFD.235, by these. */
  readonly errorIds?: Readonly<Record<string, string>>;
  /** It passes on what agents below it do and say: whose trouble it is stands inside. */
  readonly aggregates?: boolean;
  /** What a synchronous query gives; `hangs` never ends. */
  readonly queries?: "answered" | "omitted" | "refused" | "hangs";
  /** Whether it says what became of earlier requests, and what it has told unasked; it does when absent. */
  readonly queriesResults?: boolean;
  readonly queriesNotifications?: boolean;
  /** What is wanted of requests beyond the specification; refused, or worse, where it is missing. */
  readonly demands?: readonly NsiDemand[];
  /** How another version has to be asked for; any way when absent. */
  readonly modify?: "any" | Exclude<PeerProfile["modify"], "capacity">;
  /** What becomes of a request with times that are nil: nothing is heard, or a fault without a reason. */
  readonly nilTimes?: "taken" | "broken" | "silence";
  /** Under which name an exception stands in a fault, if there is one at all; a header is only with the first. */
  readonly faults?: "connection" | "framework" | "bare";
  /** What is heard of a provision, release or terminate that cannot be done; told when absent. */
  readonly lateFailures?: "told" | "silence";
  /** Whether what was never committed may be aborted; it may when absent. */
  readonly abortsInitial?: boolean;
  /** A first reservation that fails is as if it had never been. */
  readonly forgetsFailed?: boolean;
  /** Another version that fails is never got rid of: an abort changes nothing, nothing more is heard. */
  readonly staysFailed?: boolean;
  /** Another version is confirmed by what the one before says. */
  readonly confirmsOldVersion?: boolean;
  /** A query shows every version that was ever committed, the oldest first. */
  readonly showsAllVersions?: boolean;
  /** What has no end is shown to end at the epoch. */
  readonly noEndIsEpoch?: boolean;
  /** Whether versions are numbered; all are 0 otherwise. */
  readonly countsVersions?: boolean;
  /** A service is confirmed with a route and parameters that nobody asked for. */
  readonly saysMore?: boolean;
  /** What is terminated shows in no query. */
  readonly hidesTerminated?: boolean;
  /** What has timed out still shows as held. */
  readonly staysHeld?: boolean;
  /** Whether capacities are looked at; they are when absent. */
  readonly checksCapacity?: boolean;
  /** Whether notifications are numbered; all are 0 otherwise. */
  readonly countsNotifications?: boolean;
  /** Before frames have ever passed, the parts of a connection are shown not to be at one version. */
  readonly startsInconsistent?: boolean;
  /** A state that is passed on the way to a commit is misspelt. */
  readonly misspellsState?: boolean;
  /** The protocol version in callbacks is misspelt. */
  readonly misspellsVersion?: boolean;
  /** Times are told with an offset from UTC. */
  readonly localTimes?: boolean;
  /** Callbacks come compressed. */
  readonly zipsCallbacks?: boolean;
  /** When something begins that was asked for without a start; at once when absent. */
  readonly openStartSeconds?: number;
  /** When something ends that was asked for without an end; never when absent. */
  readonly openEndSeconds?: number;
  /** Nothing is sold for a shorter time than this. */
  readonly minimumSeconds?: number;
  /** Whether reservations may start later than now; they may when absent. */
  readonly promisesAhead?: boolean;
  /** Whether a forced end names the connection only as the originating one. */
  readonly forcedEndWithoutId?: boolean;
  /** A connection may be asked for under an id that its requester has chosen. */
  readonly takesIds?: boolean;
  /** How long ago a start may be, in seconds; any time when absent. */
  readonly lateStartSeconds?: number;
  /** How long it takes until frames pass after a provision was confirmed, in seconds; 0 when absent. */
  readonly buildSeconds?: number;
  /** Frames never pass by what was provisioned, and that is told. */
  readonly activationFails?: boolean;
  /** What is asked to be provisioned before it is committed is stuck in `Provisioning` for ever. */
  readonly sticksProvisioning?: boolean;
  /** Whether both ends may be at one port; they may when absent. */
  readonly takesHairpins?: boolean;
  /** A query by global reservation ids never ends. */
  readonly hangsOnGlobalIds?: boolean;
  /** What nobody has asked for is told of under the id that it has inside. */
  readonly tellsInternalIds?: boolean;
  /** Who is to do what is asked is out of reach: that is told in place of a confirmation. */
  readonly losesChildren?: boolean;
  /** Whether the labels of a connection's two ends may differ; they may when absent. */
  readonly swapsLabels?: boolean;
  /** Which label is given of several: the lowest that both ends can have, when absent, or the lowest of each. */
  readonly labels?: "lowest" | "lowest-of-each" | "random";
  /** Of a list of labels only the first number or range counts. */
  readonly readsFirstRange?: boolean;
  /** What has passed its end is as it was, but carries nothing. */
  readonly staysCreated?: boolean;
}

export interface SimNsiProviderOptions {
  readonly nsa: string;
  /** By port URN, without label. */
  readonly ports: ReadonlyMap<string, NsiPort>;
  readonly clock: Clock;
  /** Carries the callbacks. */
  readonly http: HttpClient;
  readonly quirks?: NsiQuirks;
  /** Who may ask; anybody when absent. */
  readonly requesters?: readonly string[];
  /** Draws labels, where they are drawn; the same each time when absent. */
  readonly random?: Random;
  /** How long something is held, in seconds; 120 when absent. */
  readonly holdSeconds?: number;
  /** How long each step takes, in milliseconds; 0 when absent. */
  readonly delayMs?: number;
  /** Attaches a data plane: told of every circuit that begins, or ceases, to carry frames. */
  readonly onCircuit?: (change: CircuitChange) => void;
}
