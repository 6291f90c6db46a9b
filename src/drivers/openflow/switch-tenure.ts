import { err, ok, type Result } from "neverthrow";
import type { Clock } from "../../model/clock.ts";
import type { NetworkNumber, NodeId, SegmentId } from "../../model/ids.ts";
import type { ForwardingRule } from "../../model/segment.ts";
import { pause, sharedAbort } from "../driver-call.ts";
import type { DriverEvent } from "../driver-event.ts";
import { AuditPace, FIRST_WAIT_MS, LONGEST_WAIT_MS } from "./audit-pace.ts";
import type { NodeAudit } from "./audit-report.ts";
import { Coalesced } from "./coalesced.ts";
import { NO_NETWORK } from "./compile/cookie.ts";
import type { ProgramDiff } from "./compile/diff.ts";
import { discrepanciesOf, type NodeDiscrepancy } from "./compile/discrepancies.ts";
import { hasGroups, programmed } from "./compile/switch-profile.ts";
import type { ProgramOptions } from "./driver-options.ts";
import type { AddressTeacher } from "./learning/address-teacher.ts";
import { FullIngressNews } from "./learning/full-ingress.ts";
import type { LiveSwitch } from "./live-switch.ts";
import type { NodeWants } from "./node-wants.ts";
import { describeSessionError } from "./session-error.ts";
import { type AuditFindings, examine } from "./switch-audit.ts";
import { asMasterOfOld, type NodeProblem } from "./switch-problem.ts";
import type { SwitchRole } from "./switch-role.ts";
import { OPENFLOW_1_0 } from "./wire/version.ts";

/** What a tenure is made with. */
export interface TenureContext {
  readonly node: NodeId;
  readonly live: LiveSwitch;
  readonly wants: NodeWants;
  readonly clock: Clock;
  readonly options: Pick<ProgramOptions, "auditIntervalMs" | "learning">;
  readonly emit: (event: DriverEvent) => void;
  readonly role: Pick<SwitchRole, "isMaster">;
  /** The switch says that it is not ours to change. */
  readonly lost: () => void;
}

/** What came of bringing a network to what is wanted. */
export interface Brought {
  readonly changed: readonly ProgramDiff[];
  /** The segments that had been waiting for it. */
  readonly confirmed: readonly SegmentId[];
}

/** What an audit did about what it found. */
export interface Mended {
  readonly confirmed: readonly SegmentId[];
  /** What nobody had been waiting for. */
  readonly drift: readonly NodeDiscrepancy[];
  readonly unrepaired: readonly string[];
}

/**
 * The time in which we may change a switch over one connection: networks are brought to what is
 * wanted of them, and all that is ours is audited, when it begins, on demand and from time to time.
 *
 * An audit confirms what it finds right, and sends only what it does not; that is read back once more.
 */
export class SwitchTenure {
  readonly #context: TenureContext;
  readonly #over = sharedAbort();
  readonly #audits: Coalesced<Result<NodeAudit, readonly NodeProblem[]>>;
  readonly #teacher: AddressTeacher | undefined;
  readonly #pace: AuditPace;
  readonly #room: Disposable;
  readonly #full: FullIngressNews;
  /** What others have been told is not known: `confirmed` is to follow. */
  readonly #owed = new Set<SegmentId>();
  /** Networks that were worked on while the switch was looked at, and are to be looked at after that. */
  readonly #passedOver = new Set<NetworkNumber>();

  constructor(context: TenureContext) {
    this.#context = context;
    const { live, wants, node, emit, options, clock } = context;
    const { learns, version } = programmed(live.profile, options.learning);
    const isTaught = !learns && options.learning !== "switch" && hasGroups({ version });
    this.#full = new FullIngressNews(clock, (at) => emit({ type: "addresses-full", node, ...at }));
    this.#teacher = isTaught
      ? live.teacher({
          rulesOf: (network) => wants.rules(network),
          held: (address, forMs) => emit({ type: "address-held", node, address, forMs }),
          full: (at) => this.#full.exceeded(at),
        })
      : undefined;
    this.#room = live.room.subscribe(() => emit({ type: "capacity-regained", node }));
    this.#audits = new Coalesced(() => this.#audit());
    const { auditIntervalMs } = options;
    this.#pace = new AuditPace({ clock, node, auditIntervalMs, audit: () => void this.audit() });
  }

  /** The switch. */
  get live(): LiveSwitch {
    return this.#context.live;
  }

  /** Reads and judges the switch, and changes nothing; nothing may be brought before that is done. */
  examine(spared?: NetworkNumber): Promise<Result<AuditFindings, readonly NodeProblem[]>> {
    const { live, wants, clock } = this.#context;
    return examine(live, wants, { clock, signal: this.#over.signal, spared });
  }

  /** Repairs what was found. */
  async mend({ wrong, orphans, inUse, confirmed }: AuditFindings): Promise<Mended> {
    const removing = this.live.orphans.remove(orphans);
    const mended = await this.#bringEach(wrong);
    const removed = await removing;
    return {
      confirmed: [...confirmed, ...mended.confirmed],
      drift: [...removed.unwrapOr([]), ...mended.drift],
      unrepaired: [
        ...inUse,
        ...(removed.isErr() ? [describeSessionError(removed.error)] : []),
        ...mended.unrepaired,
      ],
    };
  }

  /**
   * Repairs what was found until the switch holds no flow that it should not: what others have been told
   * is gone must be. What it does not take, the next audit tries again.
   */
  async takeOver(found: AuditFindings): Promise<Result<Mended, readonly NodeProblem[]>> {
    const { clock } = this.#context;
    let mended = await this.mend(found);
    let waitMs = 0;
    let isClean = mended.unrepaired.length === 0;
    while (!isClean && !this.#over.signal.aborted) {
      await pause(clock, waitMs, this.#over.signal);
      const again = await this.examine(NO_NETWORK);
      if (again.isErr()) return err(again.error);
      const { excess, wrong } = again.value.count.verdicts.flows;
      const { confirmed, drift, unrepaired } = await this.mend(again.value);
      isClean = excess + wrong === 0 || unrepaired.length === 0;
      mended = {
        confirmed: [...mended.confirmed, ...confirmed],
        drift: [...mended.drift, ...drift],
        unrepaired,
      };
      if (!isClean && waitMs === FIRST_WAIT_MS) this.#tellDrift(unrepaired, false);
      waitMs = Math.min(LONGEST_WAIT_MS, Math.max(FIRST_WAIT_MS, 2 * waitMs));
    }
    return ok(mended);
  }

  /** Goes on learning for the switch where whoever served it before has left off. */
  async resumeLearning(): Promise<void> {
    await this.#teacher?.resume();
  }

  /** Brings all networks to what is wanted, and tells what that came to. */
  async bringAll(): Promise<void> {
    this.tell(await this.#bringEach(this.#context.wants.networks));
  }

  /** Tells what an audit came to. */
  tell({ confirmed, drift, unrepaired }: Mended): void {
    if (this.#over.signal.aborted) return;
    this.confirm(confirmed);
    this.#tellDrift(
      drift.map(({ kind, what }) => `${kind} ${what}`),
      true,
    );
    this.#tellDrift(unrepaired, false);
  }

  /** Tells that the switch is in service, and of what that is not yet known. */
  announce(): void {
    const { node, wants, emit } = this.#context;
    const pending = wants.pendingSegments;
    for (const segment of pending) this.#owed.add(segment);
    emit({ type: "node-up", node, ...(pending.length > 0 && { pending }) });
  }

  /**
   * Tells of segments that had been pending and are as asked now, but not of one that somebody has `awaited`, unless
   * others have been told that it is pending.
   */
  confirm(segments: readonly SegmentId[], awaited?: SegmentId): void {
    const { node, emit, wants } = this.#context;
    for (const segment of segments) {
      // It has been asked for anew since it was seen.
      if (wants.pendingNetworks(segment).length > 0) {
        this.#owed.add(segment);
        continue;
      }
      const isOwed = this.#owed.delete(segment);
      if (segment !== awaited || isOwed) emit({ type: "confirmed", node, segment });
    }
  }

  /** Somebody who waited for a segment has been told that it is not as asked. */
  owe(segment: SegmentId): void {
    this.#owed.add(segment);
  }

  /** From now on audits the switch from time to time. */
  auditRegularly(): void {
    const { wants } = this.#context;
    this.#pace.begin();
    if (wants.isPending) this.#lookAgainAtPending();
  }

  /** Audits, repairs, and tells what there was. */
  audit(): Promise<Result<NodeAudit, readonly NodeProblem[]>> {
    return this.#audits.get();
  }

  /** Brings one network to what is wanted. */
  async bring(
    network: NetworkNumber,
    signal: AbortSignal,
  ): Promise<Result<Brought, readonly NodeProblem[]>> {
    const { live, wants } = this.#context;
    let version = 0;
    const rules = (): readonly ForwardingRule[] => {
      version = wants.version;
      return wants.rules(network);
    };
    const changes = (await live.bring(network, rules, signal)).mapErr((problems) =>
      this.#isMasterOfOld ? problems.map(asMasterOfOld) : problems,
    );
    if (changes.isErr() && !this.#over.signal.aborted) {
      if (changes.error.some(({ kind }) => kind === "not-master")) this.#context.lost();
      else this.#lookAgainAtPending();
    }
    return changes.map((changed) => ({ changed, confirmed: wants.settle(network, version) }));
  }

  get #isMasterOfOld(): boolean {
    return this.#context.live.profile.version === OPENFLOW_1_0 && this.#context.role.isMaster;
  }

  /** Stops all work: the connection is over, or somebody else is master. */
  end(): void {
    this.#pace.end();
    this.#room[Symbol.dispose]();
    this.#over.abort();
    this.#teacher?.[Symbol.dispose]();
    this.live.retire();
  }

  async #audit(): Promise<Result<NodeAudit, readonly NodeProblem[]>> {
    // What belongs to no network are probes under way; leftovers went when the tenure began.
    const found = await this.examine(NO_NETWORK);
    if (found.isErr()) {
      this.#pace.lookAgain();
      return err(found.error);
    }
    const { count, busyNetworks, wrong, full } = found.value;
    const mended = await this.mend(found.value);
    this.tell(mended);
    this.live.room.audited();
    this.#full.audited(full);
    const { unrepaired } = mended;
    const { node, wants } = this.#context;
    const isInDoubt = unrepaired.length > 0 && wants.isPending;
    if (isInDoubt) this.#pace.lookAgain();
    else this.#pace.settled();
    for (const network of wants.unsettledNetworks)
      if (!isInDoubt || !wrong.includes(network)) void this.#bringWhenIdle(network);
    return ok({ node, ...count.verdicts, busyNetworks, unrepaired });
  }

  /** An audit that passes a network over says nothing of it, nor does who works on it need to: it may be a read. */
  async #bringWhenIdle(network: NetworkNumber): Promise<void> {
    if (this.#passedOver.has(network)) return;
    this.#passedOver.add(network);
    await this.live.idle(network);
    this.#passedOver.delete(network);
    if (this.#over.signal.aborted) return;
    if (!this.#context.wants.unsettledNetworks.includes(network)) return;
    this.tell(await this.#bringEach([network]));
  }

  async #bringEach(networks: readonly NetworkNumber[]): Promise<Mended> {
    const { signal } = this.#over;
    const outcomes = await Promise.all(networks.map((each) => this.bring(each, signal)));
    const brought = outcomes.flatMap((outcome) => (outcome.isOk() ? outcome.value : []));
    const problems = outcomes.flatMap((outcome) => (outcome.isErr() ? outcome.error : []));
    return {
      confirmed: brought.flatMap(({ confirmed }) => confirmed),
      drift: brought.flatMap(({ changed, confirmed }) =>
        confirmed.length === 0 ? changed.flatMap(discrepanciesOf) : [],
      ),
      unrepaired: problems.map(({ message }) => message),
    };
  }

  /** Where something is still pending by then; what is in doubt already is looked at anyway. */
  #lookAgainAtPending(): void {
    const { wants } = this.#context;
    if (!this.#pace.isInDoubt) this.#pace.lookAgain(() => wants.isPending);
  }

  #tellDrift(what: readonly string[], repaired: boolean): void {
    if (what.length === 0) return;
    this.#context.emit({ type: "drift", node: this.#context.node, what, repaired });
  }
}
