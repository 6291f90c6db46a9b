import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import { steadyMs } from "../../../model/clock.ts";
import type { VlanId } from "../../../model/ids.ts";
import { VlanSet } from "../../../model/vlan-set.ts";
import { pause } from "../../driver-call.ts";
import type { Circuit, CircuitEnd } from "../circuit.ts";
import {
  type ChangingCircuit,
  type CircuitEvent,
  type CircuitFault,
  type CircuitService,
  circuitFault,
  type FoundCircuit,
  type NamedCircuit,
} from "../circuit-service.ts";
import { sameTimes } from "../circuit-times.ts";
import { type News, newsOf } from "../news.ts";
import type { Change } from "../terms-granted.ts";
import { watchUntil } from "../watch-until.ts";
import {
  ACTIVE,
  circuitsIn,
  creationRefusalOf,
  ENDED,
  HELD,
  RESERVED,
  type ReservationContext,
  reasonOf,
  refusalOf,
  reservationFor,
  termsOf,
} from "./circuit-reservation.ts";
import type { Message05 } from "./message-05.ts";
import type { Message06 } from "./message-06.ts";
import { type IdcpRefusal, NOT_FOUND, NOT_NOW } from "./refusal.ts";
import type { IdcpRequests, ReservationReport } from "./requests.ts";
import { circuitEventOf } from "./reservation-event.ts";
import type { ReservationEvents } from "./reservation-events.ts";
import { TermsWatch, TOLERANCE_MS } from "./terms-watch.ts";

/** What it takes to ask an IDCP server for circuits. */
export interface IdcpCircuitsOptions extends ReservationContext {
  readonly requests: IdcpRequests;
  /** What the domain tells unasked; absent where it is only asked. */
  readonly events?: Pick<ReservationEvents<Message05 | Message06>, "listen" | "keep" | "close">;
  /** How long each change of a reservation may take, in milliseconds. */
  readonly activationMs: number;
  readonly pollMs: number;
  readonly close: () => Promise<void>;
}

/** How long a reservation is asked for that is to show which labels there are, in seconds. */
const TRIAL_S = 900;
/**
 * Circuits of an IDCP server: reserved to be set up when we say so, which is how they are held, then
 * set up. Every change goes on after it is answered, and is watched by queries.
 */
export class IdcpCircuits implements CircuitService {
  readonly multipoint = false;
  /** Absent where the server sets circuits up by itself. */
  readonly takeDown?: NonNullable<CircuitService["takeDown"]>;
  readonly labelsFor?: NonNullable<CircuitService["labelsFor"]>;
  readonly #options: IdcpCircuitsOptions;

  constructor(options: IdcpCircuitsOptions) {
    this.#options = options;
    if (options.profile.pathSetup !== "signal-xml") return;
    this.takeDown = ({ externalId }, signal) => this.#takeDown(externalId, signal);
    this.labelsFor = (circuit, offered, signal) => this.#labelsFor(circuit, offered, signal);
  }

  /** A change of times by less than a minute counts for nothing there. */
  agrees(found: Circuit, wanted: Circuit): boolean {
    const now = this.#options.clock.now();
    return found.mbps === wanted.mbps && sameTimes(found, wanted, now, TOLERANCE_MS);
  }

  list(signal: AbortSignal): ResultAsync<readonly FoundCircuit[], CircuitFault> {
    const { requests, mark } = this.#options;
    return requests
      .list(mark, signal)
      .map((all) => all.flatMap((each) => circuitsIn(each, this.#options)));
  }

  hold(circuit: Circuit, signal: AbortSignal): ResultAsync<string, CircuitFault> {
    const { requests } = this.#options;
    return reservationFor(this.#options, circuit)
      .asyncAndThen((demand) => requests.create(demand, signal))
      .andThen((gri) => this.#until({ gri, wanted: HELD }, signal).map(() => gri))
      .mapErr((fault) => creationRefusalOf(circuit, fault, this.#options.urnOf));
  }

  /**
   * What a reservation would be given of a choice, it is given, and gives back. Should nobody give it
   * back, it has other labels than its description says, and ends soon.
   */
  #labelsFor(
    circuit: Circuit,
    offered: (end: CircuitEnd) => VlanSet,
    signal: AbortSignal,
  ): ResultAsync<readonly CircuitEnd[], CircuitFault> {
    const { requests, clock } = this.#options;
    const endTime = Math.floor(clock.now() / 1000) + TRIAL_S;
    return reservationFor(this.#options, circuit, offered)
      .asyncAndThen((demand) =>
        requests.create(circuit.isReserved ? demand : { ...demand, endTime }, signal),
      )
      .andThen((gri) =>
        this.#until({ gri, wanted: HELD }, signal)
          .andThen(() => requests.query(gri, signal))
          .andThen(({ labels }) => this.remove(gri, signal).map(() => labels)),
      )
      .map((labels) =>
        circuit.ends.map(({ port, tag }, at) => ({ port, tag: labelOf(labels[at]) ?? tag })),
      )
      .mapErr((fault) => creationRefusalOf(circuit, fault, this.#options.urnOf));
  }

  /** What is held is promised already. */
  commit(): ResultAsync<void, CircuitFault> {
    return okAsync();
  }

  bringUp({ externalId }: NamedCircuit, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const { requests, profile } = this.#options;
    const gri = externalId;
    if (profile.pathSetup === "timer-automatic")
      return this.#until({ gri, wanted: ACTIVE }, signal);
    let isAsked = false;
    const ask = async (): Promise<Result<void, CircuitFault>> => {
      if (isAsked) return ok(undefined);
      const asked = await requests.createPath(gri, signal);
      isAsked = asked.isOk();
      // By a clock that is behind ours it has not begun yet; or it is being set up already.
      return asked.orElse((fault) => (fault.code === NOT_NOW ? ok(undefined) : err(fault)));
    };
    return this.#until({ gri, wanted: ACTIVE, ask }, signal);
  }

  #takeDown(gri: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const { requests } = this.#options;
    return requests
      .teardownPath(gri, signal)
      .andThen(() => this.#until({ gri, wanted: RESERVED }, signal));
  }

  /** Nothing is held here but by being made, so the circuit has its rate and time from then on. */
  holdChange(
    found: FoundCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.change(found, wanted, signal);
  }

  dropChange(
    { changeHeld: _, ...found }: ChangingCircuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    return this.change(found, found.circuit, signal);
  }

  /** Most servers change no rate of a reservation that is active. */
  change(
    { externalId, circuit, changeHeld, state, asked }: ChangingCircuit,
    wanted: Circuit,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    if (changeHeld !== undefined) return okAsync(undefined);
    const { requests, profile } = this.#options;
    const isGranted = asked?.mbps === wanted.mbps && circuit.mbps > wanted.mbps;
    if (!profile.changesRates && circuit.mbps !== wanted.mbps && !isGranted)
      return errAsync(circuitFault("unsupported", "the server changes no rates"));
    const keepsStart = state !== "reserved";
    const status = state === "reserved" ? RESERVED : ACTIVE;
    // What is known of it may be what was asked for last.
    const before = this.#query(externalId, signal)
      .map((found) => found && termsOf(found))
      .orElse(() => ok(undefined));
    return before
      .andThen((known) =>
        reservationFor(this.#options, wanted)
          .asyncAndThen((demand) =>
            requests
              .modify(externalId, { ...demand, keepsStart }, signal)
              .mapErr((fault) =>
                fault.code === NOT_NOW ? circuitFault("unsupported", fault.message) : fault,
              ),
          )
          .andThen(() => {
            const change = { before: known ?? circuit, wanted, asked };
            return this.#untilChanged({ gri: externalId, wanted: status }, change, signal);
          }),
      )
      .mapErr((fault) => refusalOf(wanted, fault, this.#options.urnOf));
  }

  remove(externalId: string, signal: AbortSignal): ResultAsync<void, CircuitFault> {
    const news = this.#newsOf(externalId);
    const ended = this.#cancel(externalId, news, signal);
    return new ResultAsync(ended.finally(() => news[Symbol.dispose]()));
  }

  /** Without a broker nothing is told, and queries tell the same later. */
  subscribe(listener: (event: CircuitEvent) => void): Disposable {
    const { events } = this.#options;
    const listening = events?.listen((told) => {
      const event = circuitEventOf(told);
      if (event !== undefined) listener(event);
    });
    const kept = events?.keep();
    return {
      [Symbol.dispose]: () => {
        kept?.[Symbol.dispose]();
        listening?.[Symbol.dispose]();
      },
    };
  }

  async close(): Promise<void> {
    await this.#options.events?.close();
    await this.#options.close();
  }

  /** News of a reservation, as far as anything is told. */
  #newsOf(gri: string): News {
    const { events } = this.#options;
    return newsOf(
      (tell) =>
        events?.listen((told) => {
          if (told.gri === undefined || told.gri === gri) tell();
        }) ?? { [Symbol.dispose]: () => {} },
    );
  }

  /** A reservation that is just changing cannot be cancelled: what it changes to can. */
  async #cancel(gri: string, news: News, signal: AbortSignal): Promise<Result<void, CircuitFault>> {
    const { requests, clock, activationMs, pollMs } = this.#options;
    const deadline = steadyMs(clock) + activationMs;
    for (;;) {
      const told = news.next();
      const found = await this.#query(gri, signal);
      if (found.isErr()) return err(found.error);
      if (found.value === undefined || ENDED.has(found.value.status)) return ok(undefined);
      const asked = await requests.cancel(gri, signal);
      if (asked.isErr() && asked.error.code !== NOT_NOW && asked.error.code !== NOT_FOUND)
        return err(asked.error);
      if (signal.aborted || steadyMs(clock) > deadline)
        return err(circuitFault("unreachable", `${gri} was not seen to end`));
      await pause(clock, pollMs, AbortSignal.any([signal, told]));
    }
  }

  /** Ends when a reservation has a status and other terms: those that were asked for, or what the server makes of them. */
  #untilChanged(
    awaited: Awaited,
    change: Omit<Change, "after">,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const terms = new TermsWatch(change, awaited.wanted, this.#options.clock);
    const isDone = (found: ReservationReport): boolean => terms.look(found);
    return this.#until({ ...awaited, isDone }, signal).orElse((fault) =>
      terms.isPossible && fault.kind === "unreachable" && !signal.aborted
        ? ok(undefined)
        : err(fault),
    );
  }

  /** Ends when a reservation has a status, and is as it should be; asks for that before each look. */
  #until(
    { gri, wanted, isDone = () => true, ask }: Awaited,
    signal: AbortSignal,
  ): ResultAsync<void, CircuitFault> {
    const { clock, activationMs, pollMs } = this.#options;
    const look = async (): Promise<Result<void, CircuitFault> | undefined> => {
      const asked = await ask?.();
      if (asked?.isErr()) return err(asked.error);
      const found = await this.#query(gri, signal);
      if (found.isErr()) return undefined;
      const { value } = found;
      if (value === undefined || ENDED.has(value.status))
        return err(circuitFault("unavailable", reasonOf(gri, value)));
      const isAsAsked = isDone(value);
      return wanted.has(value.status) && isAsAsked ? ok(undefined) : undefined;
    };
    const late = circuitFault("unreachable", `nobody knows what has become of ${gri}`);
    const news = this.#newsOf(gri);
    const watching = { clock, activationMs, pollMs, signal, told: news.next };
    const seen = watchUntil(watching, look, late);
    return new ResultAsync(Promise.resolve(seen).finally(() => news[Symbol.dispose]()));
  }

  /** What the server knows of a reservation; nothing of one that it does not have. */
  #query(
    gri: string,
    signal: AbortSignal,
  ): ResultAsync<ReservationReport | undefined, IdcpRefusal> {
    return this.#options.requests
      .query(gri, signal)
      .map((found): ReservationReport | undefined => found)
      .orElse((fault) => (fault.code === NOT_FOUND ? ok(undefined) : err(fault)));
  }
}

/** What is waited for of a reservation. */
interface Awaited {
  readonly gri: string;
  readonly wanted: ReadonlySet<string>;
  /** Whether what is there is all that is waited for; any is, when absent. */
  readonly isDone?: (found: ReservationReport) => boolean;
  readonly ask?: () => Promise<Result<void, CircuitFault>>;
}

/** The one label that a text names, if it names one. */
function labelOf(text: string | undefined): VlanId | undefined {
  const set = VlanSet.parse(text).unwrapOr(VlanSet.empty);
  return set.size === 1 ? set.first() : undefined;
}
