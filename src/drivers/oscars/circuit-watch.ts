import { type Clock, steadyMs } from "../../model/clock.ts";
import type { DomainView } from "../../model/domain-view.ts";
import type { SegmentId } from "../../model/ids.ts";
import { pause } from "../driver-call.ts";
import type { DriverEvent } from "../driver-event.ts";
import { blockedRates } from "./blocked.ts";
import { causesOf, nodeOf, nodesOf } from "./circuit-cause.ts";
import { differences, textOf } from "./circuit-differences.ts";
import type { CircuitKeeper, Outage } from "./circuit-keeper.ts";
import type { CircuitEvent, CircuitService } from "./circuit-service.ts";
import { LookPace } from "./look-pace.ts";
import { Outages } from "./outages.ts";

/** What a watch works with. */
export interface CircuitWatchContext {
  readonly clock: Clock;
  /** The domain as the inventory shows it now. */
  readonly domain: () => DomainView;
  readonly circuits: CircuitService;
  readonly keeper: CircuitKeeper;
  readonly emit: (event: DriverEvent) => void;
  /** Raised when nobody is to look after the domain here any more. */
  readonly closing: AbortSignal;
  /** Between two looks, where nothing gives reason for one, in milliseconds. */
  readonly auditMs: number;
  /** How long a circuit may carry nothing before another takes its place, in milliseconds. */
  readonly outageMs: number;
}

/**
 * Compares what a domain has with what is wanted of it, whenever the domain tells of a change and from
 * time to time; brings back what is missing, and ends what bears our mark and is not wanted, however
 * often that takes. Tells whether the domain answers, and which segments carry nothing.
 */
export class CircuitWatch {
  readonly #context: CircuitWatchContext;
  readonly #outages: Outages;
  readonly #pace: LookPace;
  /** Segments that are not as wanted, though somebody was promised that they will be. */
  readonly #pending = new Set<SegmentId>();
  /** Segments that were said not to be known when the domain came into service: `confirmed` is to follow. */
  readonly #owed = new Set<SegmentId>();
  /** What was told last of segments that carry nothing, as text. */
  readonly #told = new Map<SegmentId, string>();
  /** The domain's names for segments that were told last, as text. */
  readonly #named = new Map<SegmentId, string>();
  /** Segments that somebody was changing while the domain was looked at. */
  readonly #passedOver = new Set<SegmentId>();
  #isUp = false;
  #wake = new AbortController();
  #auditing: Promise<void> = Promise.resolve();

  constructor(context: CircuitWatchContext) {
    this.#context = context;
    this.#outages = new Outages(context.outageMs);
    this.#pace = new LookPace(context.auditMs);
  }

  start(): void {
    const subscription = this.#context.circuits.subscribe((event) => this.#hear(event));
    this.#auditing = this.#auditUntilClosed().finally(() => subscription[Symbol.dispose]());
  }

  /** Resolves when a watch whose driver has closed has ended. */
  get ended(): Promise<void> {
    return this.#auditing;
  }

  /** A segment is as somebody asked for it, or is not yet. */
  settled(segment: SegmentId, isAsWanted: boolean): void {
    if (isAsWanted) this.#confirm(segment);
    else this.#pending.add(segment);
    this.#name(segment);
    if (isAsWanted) this.#judge(segment);
    this.#lookAtPassedOver(segment);
  }

  /** The domain does not answer. */
  unreachable(reason: string): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    for (const { id } of this.#context.domain().nodes)
      this.#context.emit({ type: "node-down", node: id, reason });
  }

  #hear({ externalId, event }: CircuitEvent): void {
    const { keeper } = this.#context;
    if (event === "up") {
      if (this.#told.size > 0) this.#wake.abort();
      return;
    }
    const isReason = this.#concernsUs(externalId);
    if (externalId !== undefined && event !== "changed") {
      const segment = keeper.down(externalId);
      if (segment !== undefined && !keeper.isBusy(segment)) this.#judge(segment);
    }
    if (isReason) this.#wake.abort();
  }

  /** Not what is not there, nor what somebody is changing, who sees what becomes of it: he may be the cause. */
  #concernsUs(externalId: string | undefined): boolean {
    if (externalId === undefined) return true;
    const { keeper } = this.#context;
    const found = [...keeper.held.values()].find((each) => each.externalId === externalId);
    return found !== undefined && !keeper.isBusy(found.circuit.segment);
  }

  /** What was passed over does not wait for its time to be looked at, if nobody has seen it to be right since. */
  #lookAtPassedOver(segment: SegmentId): void {
    const { keeper } = this.#context;
    if (keeper.isBusy(segment) || !this.#passedOver.delete(segment)) return;
    if (this.#pending.has(segment) || !keeper.isRight(segment)) this.#wake.abort();
  }

  async #auditUntilClosed(): Promise<void> {
    const { clock, closing, auditMs } = this.#context;
    while (!closing.aborted) {
      this.#wake = new AbortController();
      await this.#audit();
      await pause(clock, auditMs, AbortSignal.any([closing, this.#wake.signal]));
      if (!this.#wake.signal.aborted) continue;
      await pause(clock, this.#pace.waitMs(steadyMs(clock)), closing);
      this.#pace.began(steadyMs(clock));
    }
  }

  /** Compares what the domain has with what it should, but for segments that somebody is changing. */
  async #audit(): Promise<void> {
    const { keeper, clock, closing } = this.#context;
    const ours = [...keeper.segments, ...this.#pending, ...this.#owed];
    const quiet = new Set(ours.filter((each) => !keeper.isBusy(each)));
    keeper.beginLook();
    const listed = await keeper.list(quiet, closing);
    if (closing.aborted) return;
    if (listed.isErr()) return this.unreachable(listed.error.message);
    const found = this.#outages.judge(listed.value, steadyMs(clock));
    const known = keeper.segments;
    const strangers = found
      .map(({ circuit }) => circuit.segment)
      .filter((each) => !known.has(each));
    const judged = new Set(
      [...quiet, ...strangers].filter((each) => !keeper.isBusy(each) && !keeper.wasChanged(each)),
    );
    keeper.noteAll(found, judged);
    for (const segment of judged) this.#passedOver.delete(segment);
    for (const segment of [...ours, ...known])
      if (!judged.has(segment)) this.#passedOver.add(segment);
    for (const segment of judged) {
      this.#name(segment);
      // What somebody was told to have failed may have been done all the same.
      if (keeper.isRight(segment)) this.#confirm(segment);
      this.#judge(segment);
    }
    const wrong = [...judged].filter((segment) => !keeper.isRight(segment));
    const repairs = wrong.map((segment) => ({ segment, done: this.#repair(segment) }));
    // Who is told that a node is up counts on it that nothing is left there of what was given up.
    const cleared = repairs.map(({ segment, done }) =>
      keeper.wantedOf(segment).length > 0 ? true : done,
    );
    if ((await Promise.all(cleared)).every(Boolean) && !closing.aborted) this.#up();
    await Promise.all(repairs.map(({ done }) => done));
    for (const segment of [...this.#passedOver]) this.#lookAtPassedOver(segment);
  }

  async #repair(segment: SegmentId): Promise<boolean> {
    const { keeper, emit, closing, domain } = this.#context;
    const wasPending = this.#pending.has(segment);
    const found = [...keeper.held.values()].filter(({ circuit }) => circuit.segment === segment);
    const wanted = keeper.wantedOf(segment);
    const what = differences(wanted, found, (a, b) => keeper.settled.isEnough(a, b)).map(
      (each) => `${each.kind} ${each.what}`,
    );
    if (!wasPending) keeper.lose(segment);
    const outcome = await keeper.settle(segment, { bringBack: true });
    if (closing.aborted) return false;
    const node = nodeOf(domain(), keeper.circuitsOf(segment));
    this.#name(segment);
    if (outcome.isOk()) this.#confirm(segment);
    this.#judge(segment);
    if (!wasPending) emit({ type: "drift", node, what, repaired: outcome.isOk() });
    return outcome.isOk();
  }

  /** Tells that a segment is now as it was asked for, where that was not known. */
  #confirm(segment: SegmentId): void {
    const wasPending = this.#pending.delete(segment);
    const wasOwed = this.#owed.delete(segment);
    if (!wasPending && !wasOwed) return;
    const { keeper, domain, emit } = this.#context;
    for (const node of nodesOf(domain(), keeper.circuitsOf(segment)))
      emit({ type: "confirmed", node, segment });
  }

  /** Tells what the domain calls what it has of a segment, where that is news. */
  #name(segment: SegmentId): void {
    const { keeper, emit } = this.#context;
    const externalIds = keeper.externalIdsOf(segment);
    const text = JSON.stringify(externalIds);
    if (text === this.#named.get(segment)) return;
    const isThere = externalIds.length > 0 || keeper.wantedOf(segment).length > 0;
    if (isThere) this.#named.set(segment, text);
    else if (!this.#named.delete(segment)) return;
    emit({ type: "segment-named", segment, externalIds });
  }

  /** Tells of a segment that carries nothing, and when it does again. */
  #judge(segment: SegmentId): void {
    // Whoever asked for what is pending has been told.
    if (this.#pending.has(segment)) return;
    const outage = this.#context.keeper.outageOf(segment);
    const told = this.#told.get(segment);
    if (outage === undefined) {
      if (this.#told.delete(segment)) this.#context.emit({ type: "segment-up", segment });
      return;
    }
    const event = this.#downEvent(segment, outage);
    const text = JSON.stringify(event);
    if (text === told) return;
    this.#told.set(segment, text);
    this.#context.emit(event);
  }

  #downEvent(segment: SegmentId, { silent, fault }: Outage): DriverEvent {
    const lacks = silent.some(({ isReserved }) => isReserved)
      ? "nothing is promised"
      : "no frames pass";
    const reason = `${lacks} from ${silent.map(textOf).join(", ")}`;
    if (fault === undefined || fault.kind === "unreachable")
      return { type: "segment-down", segment, reason };
    // What the domain does not bring back is not to be had there, whatever the reason.
    const blocked = fault.blocked ?? silent.flatMap((circuit) => blockedRates(circuit, 0));
    const refused = causesOf(nodeOf(this.#context.domain(), silent), { ...fault, blocked });
    return { type: "segment-down", segment, reason, refused };
  }

  #up(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    const { keeper } = this.#context;
    const doubtful = [...keeper.segments].filter(
      (each) => keeper.isBusy(each) || !keeper.isRight(each),
    );
    for (const each of [...this.#pending, ...doubtful]) this.#owed.add(each);
    const pending = this.#owed.size > 0 ? { pending: [...this.#owed] } : {};
    for (const { id } of this.#context.domain().nodes)
      this.#context.emit({ type: "node-up", node: id, ...pending });
  }
}
