import { err, errAsync, ok, okAsync, type ResultAsync } from "neverthrow";
import type { VlanId } from "../../../model/ids.ts";
import { type Circuit, type CircuitEnd, circuitKey } from "../circuit.ts";
import {
  type ChangingCircuit,
  type CircuitEvent,
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
  type NamedCircuit,
} from "../circuit-service.ts";
import { sameTimes, startAhead } from "../circuit-times.ts";
import { isCarriedOut } from "../terms-granted.ts";
import { type ActivationContext, activeAfter } from "./activation.ts";
import { eventOf, faultOf, foundCircuit } from "./as-circuit.ts";
import { blockedBy } from "./blocked.ts";
import {
  asWanted,
  changedCriteria,
  criteriaOf,
  type StpOf,
  shortOf,
  timesFor,
} from "./circuit-criteria.ts";
import type { Criteria } from "./criteria.ts";
import { type LabelsOf, labelChoices, lacksLabel } from "./label-choices.ts";
import type { NsiFault } from "./nsi-fault.ts";
import type { PeerProfile } from "./peer-profile.ts";
import { rootCause } from "./service-exception.ts";
import { parseStp } from "./stp.ts";

/** What it takes to ask an NSI provider for circuits. */
export interface NsiCircuitsOptions extends ActivationContext {
  readonly profile: PeerProfile;
  /** What every description begins with: which circuits are ours. */
  readonly mark: string;
  /** The STP of a port, without its label; undefined for a port that has none. */
  readonly stpOf: StpOf;
  /** Ends what the requester stands on. */
  readonly close: () => Promise<void>;
}

/** Circuits of an NSI provider: one connection each, known again by its description. */
export class NsiCircuits implements CircuitService {
  /** A connection has two ends. */
  readonly multipoint = false;
  readonly #options: NsiCircuitsOptions;

  constructor(options: NsiCircuitsOptions) {
    this.#options = options;
  }

  agrees(found: Circuit, wanted: Circuit): boolean {
    const { clock, profile } = this.#options;
    const now = clock.now();
    const asked = { ...wanted, ...timesFor(wanted, profile, found.start ?? now) };
    return found.mbps === wanted.mbps && sameTimes(found, asked, now, SECOND_MS);
  }

  list(signal: AbortSignal): ResultAsync<readonly ChangingCircuit[], CircuitFault> {
    const { requester, mark, profile } = this.#options;
    return requester
      .query([], signal)
      .map((all) => all.flatMap((each) => foundCircuit(each, mark, profile)))
      .mapErr(faultOf);
  }

  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    const { requester, stpOf } = this.#options;
    return criteriaOf(circuit, this.#options)
      .asyncAndThen((criteria) =>
        requester
          .reserve({ description: this.#description(circuit), criteria }, signal)
          .mapErr((fault) => this.#refused(circuit, fault)),
      )
      .andThen(({ connectionId, criteria }) => {
        const granted = criteria === undefined ? ok(undefined) : asWanted(circuit, criteria, stpOf);
        return granted
          .asyncMap(async () => connectionId)
          .orElse((fault) => this.remove(connectionId, signal).andThen(() => errAsync(fault)));
      });
  }

  /** What a reservation would be given of a choice, it is given, and gives back. */
  labelsFor(
    circuit: Circuit,
    offered: LabelsOf,
    signal: AbortSignal,
  ): ResultAsync<readonly CircuitEnd[], CircuitFault> {
    const { first, others, areAll } = labelChoices(circuit, offered, this.#options.profile);
    return others
      .reduce(
        (asked, next) =>
          asked.orElse((fault) =>
            lacksLabel(fault) ? this.#grantedOf(circuit, next, signal) : errAsync(fault),
          ),
        this.#grantedOf(circuit, first, signal),
      )
      .mapErr((fault) => (areAll || !lacksLabel(fault) ? fault : withoutLabels(fault)));
  }

  #grantedOf(
    circuit: Circuit,
    offered: LabelsOf,
    signal: AbortSignal,
  ): ResultAsync<readonly CircuitEnd[], CircuitFault> {
    const { requester } = this.#options;
    return criteriaOf(circuit, this.#options, offered)
      .asyncAndThen((criteria) =>
        requester
          .reserve({ description: this.#description(circuit), criteria }, signal)
          .mapErr((fault) => this.#refused(circuit, fault)),
      )
      .andThen(({ connectionId, criteria }) =>
        this.remove(connectionId, signal).map(() => {
          const granted = [criteria?.p2ps?.sourceSTP, criteria?.p2ps?.destSTP].map(labelOf);
          return circuit.ends.map(({ port, tag }, at) => ({ port, tag: granted[at] ?? tag }));
        }),
      );
  }

  commit({ externalId }: NamedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#options.requester
      .commit(externalId, signal)
      .map(() => undefined)
      .mapErr(faultOf);
  }

  /** What waits for its frames has been provisioned, or is being: that is not to be asked for twice. */
  bringUp(
    { externalId, state }: FoundCircuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const provision = () =>
      state === "pending" ? okAsync() : this.#options.requester.provision(externalId, signal);
    return activeAfter(this.#options, { externalId, signal }, () => provision().mapErr(faultOf));
  }

  takeDown({ externalId }: NamedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#options.requester.release(externalId, signal).mapErr(faultOf);
  }

  /** Another version of the reservation; the one that is committed goes on. */
  holdChange(
    { externalId }: FoundCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { requester, profile } = this.#options;
    if (profile.modify === "none")
      return errAsync(circuitFault("unsupported", "the provider changes no reservation"));
    return requester
      .query([externalId], signal)
      .mapErr(faultOf)
      .andThen(([reservation]) => changedCriteria(wanted, reservation, this.#options))
      .andThen((criteria) =>
        requester
          .reserve({ connectionId: externalId, ...this.#saidAgain(wanted), criteria }, signal)
          .mapErr((fault) => this.#refused(wanted, fault))
          .orElse((fault) => this.#givenUp(externalId, fault, signal))
          .map((held) => grantedBy(held.criteria, criteria.version) ?? wanted.mbps),
      )
      .andThen((granted) => {
        if (granted >= wanted.mbps) return okAsync(undefined);
        return this.dropChange({ externalId }, signal).andThen(() => err(shortOf(wanted, granted)));
      });
  }

  dropChange(
    { externalId }: Pick<ChangingCircuit, "externalId">,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    // A provider that has nothing to give up says so.
    return this.#options.requester
      .abort(externalId, signal)
      .mapErr(faultOf)
      .map(() => undefined)
      .orElse((fault) => (fault.kind === "unreachable" ? err(fault) : ok(undefined)));
  }

  change(
    found: ChangingCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { externalId, changeHeld, state } = found;
    // What is held and not wanted has been given back.
    const held = changeHeld !== undefined ? okAsync() : this.holdChange(found, wanted, signal);
    const commit = () =>
      this.#options.requester
        .commit(externalId, signal)
        .mapErr(faultOf)
        .andThen(({ isSeen }) =>
          isSeen === true ? this.#readBack(found, wanted, signal) : okAsync(undefined),
        );
    return held.andThen(() =>
      state === "reserved" ? commit() : activeAfter(this.#options, { externalId, signal }, commit),
    );
  }

  /** What was refused when it was to be committed looks as what was: by its states, not by what is there. */
  #readBack(
    { externalId, circuit: before, asked }: ChangingCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { requester, clock, mark, profile } = this.#options;
    const now = clock.now();
    const times = timesFor(wanted, profile, before.start ?? now);
    return requester
      .query([externalId], signal)
      .mapErr(faultOf)
      .andThen((all) => {
        const after = all.flatMap((each) => foundCircuit(each, mark, profile))[0]?.circuit;
        const change = after && { before, after, wanted: { mbps: wanted.mbps, ...times }, asked };
        return change === undefined || isCarriedOut(change, now, SECOND_MS) === "no"
          ? err(circuitFault("unreachable", `${externalId} was not seen to change`))
          : ok(undefined);
      });
  }

  remove(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    return this.#options.requester.terminate(externalId, signal).mapErr(faultOf);
  }

  subscribe(listener: (event: CircuitEvent) => void): Disposable {
    return this.#options.requester.subscribe((notification, source) => {
      const event = eventOf(notification, source);
      if (event !== undefined) listener(event);
    });
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  /** A version that was refused is to be given up before another can be asked for. */
  #givenUp(
    externalId: string,
    fault: CircuitFault,
    signal: AbortSignal,
  ): ResultAsync<never, CircuitFault> {
    if (fault.kind === "unreachable") return errAsync(fault);
    return this.dropChange({ externalId }, signal).andThen(() => err(fault));
  }

  /** What a refusal means for a circuit. */
  #refused(circuit: Circuit, fault: NsiFault): CircuitFault {
    const plain = faultOf(fault);
    if (isNotAhead(fault) && startAhead(circuit, this.#options.clock.now()) !== undefined)
      return { ...plain, kind: "unsupported" };
    return fault.type === "nsi-refused" && plain.kind === "unavailable"
      ? { ...plain, blocked: blockedBy(circuit, fault.exception, this.#options.stpOf) }
      : plain;
  }

  /** Who wants the whole service for another version wants its description, too; others refuse it. */
  #saidAgain(circuit: Circuit): { readonly description?: string } {
    const { modify } = this.#options.profile;
    return modify === "full-service" ? { description: this.#description(circuit) } : {};
  }

  #description(circuit: Circuit): string {
    return `${this.#options.mark} ${circuitKey(circuit)}`;
  }
}

/** Times go over the wire in seconds, or are kept so. */
const SECOND_MS = 1_000;

/** Whether a provider says that it does not know what to do with something that it was asked. */
function isNotAhead(fault: NsiFault): boolean {
  return (
    fault.type === "nsi-refused" && ["00102", "00103"].includes(rootCause(fault.exception).errorId)
  );
}

/** What a version was granted; some providers confirm it by what the one before says, which is nothing. */
function grantedBy(criteria: Criteria | undefined, asked: number | undefined): number | undefined {
  const isOld = (criteria?.version ?? asked ?? 0) < (asked ?? 0);
  return isOld ? undefined : (criteria?.p2ps?.capacity ?? criteria?.capacity);
}

/** What was not asked for may be there. */
function withoutLabels({ blocked: _, ...fault }: CircuitFault): CircuitFault {
  return fault;
}

/** The one label of an STP, if it has one. */
function labelOf(stp: string | undefined): VlanId | undefined {
  return parseStp(stp ?? "")
    .unwrapOr(undefined)
    ?.vlans?.first();
}
