import type { SegmentId } from "../../model/ids.ts";
import type { DomainRole } from "../roles.ts";
import type { Circuit } from "./circuit.ts";
import { CircuitKeeper } from "./circuit-keeper.ts";
import type { CircuitService } from "./circuit-service.ts";
import { CircuitWatch, type CircuitWatchContext } from "./circuit-watch.ts";
import { suffices } from "./settled-circuits.ts";

/** What a tenure works with. */
export interface TenureContext
  extends Omit<CircuitWatchContext, "keeper" | "closing" | "circuits"> {
  readonly circuits: CircuitService;
  /** Raised when the driver closes. */
  readonly closing: AbortSignal;
}

/**
 * The time for which a domain is ours to change, or is somebody else's. What is known of the domain is
 * known for as long as that: others may have changed it before.
 */
export class CircuitTenure {
  readonly isOurs: boolean;
  readonly keeper: CircuitKeeper;
  readonly watch: CircuitWatch;
  readonly #context: TenureContext;
  readonly #over = new AbortController();

  private constructor(
    context: TenureContext,
    isOurs: boolean,
    wanted: ReadonlyMap<SegmentId, readonly Circuit[]>,
  ) {
    const closing = AbortSignal.any([context.closing, this.#over.signal]);
    this.#context = context;
    this.isOurs = isOurs;
    this.keeper = new CircuitKeeper(context.circuits, context.clock, wanted);
    this.watch = new CircuitWatch({ ...context, keeper: this.keeper, closing });
  }

  /** The first one of an attached driver. */
  static first(context: TenureContext, isOurs: boolean): CircuitTenure {
    return new CircuitTenure(context, isOurs, new Map());
  }

  /** The one that follows, with the same circuits wanted; `known` were, when the role was decided on. */
  next(
    context: TenureContext,
    role: DomainRole,
    known: ReadonlyMap<SegmentId, readonly Circuit[]>,
  ): CircuitTenure {
    const isOurs = role.role === "master";
    const { wanted } = this.keeper;
    const next = new CircuitTenure(context, isOurs, wanted);
    if (role.role === "slave") return next;
    const since = [...wanted].filter(([segment, circuits]) => known.get(segment) !== circuits);
    const asked = since.map(([segment]) => segment);
    next.recover(new Set([...role.doubtful, ...role.unsettled, ...asked]));
    for (const segment of role.unsettled) next.watch.settled(segment, false);
    return next;
  }

  /**
   * Takes over from an agent that is no more, or from another master: of these segments the domain may have
   * anything. Of all others that are wanted it has said that it has them, and somebody was told so.
   */
  recover(doubtful: ReadonlySet<SegmentId>): void {
    for (const [segment, circuits] of this.keeper.wanted)
      if (!doubtful.has(segment)) for (const each of circuits) this.keeper.settled.granted(each);
    for (const segment of doubtful) this.keeper.doubt(segment);
  }

  /**
   * Whether what the domain has of a circuit does for what is wanted. Who only looks on does not know what it was
   * asked for.
   */
  isEnough(found: Circuit, wanted: Circuit): boolean {
    const { circuits, clock } = this.#context;
    if (this.isOurs) return this.keeper.settled.isEnough(found, wanted);
    return circuits.agrees(found, wanted) || suffices(found, wanted, clock.now());
  }

  /** Looks after the domain from now on, if it is ours. */
  begin(): void {
    if (this.isOurs) this.watch.start();
  }

  /** Ends what is under way: the domain is somebody else's, or nobody's. */
  async end(): Promise<void> {
    this.watch.unreachable("another agent serves the domain");
    await this.stop();
  }

  /** The same without a word. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.keeper.close();
    await this.watch.ended;
  }
}
