import { okAsync, Result, type ResultAsync } from "neverthrow";
import type {
  DriverBase,
  DriverCapabilities,
  HoldOptions,
  ProvisionOptions,
} from "../drivers/driver-base.ts";
import { pause } from "../drivers/driver-call.ts";
import type { Clock } from "../model/clock.ts";
import type { DriverCause, DriverError } from "../model/errors.ts";
import type { DomainId, NodeId } from "../model/ids.ts";
import { invariant } from "../model/invariant.ts";
import type { Segment } from "../model/segment.ts";
import type { Segments } from "../network/forwarding.ts";
import { type Stage, sameSegment } from "../network/transition.ts";

/** How far a journey through several states came. */
export interface Progress {
  /** The stages that were begun, in order; the last may stand only in part. */
  readonly begun: readonly Stage[];
  /** Nodes that were allowed to lag and have not been seen to follow. */
  readonly lagging: readonly NodeId[];
  readonly error?: DriverError;
}

/** How a journey is made. */
export interface JourneyOptions {
  readonly signal: AbortSignal;
  /** Nodes that the journey does not wait for if they are out of reach; none by default. */
  readonly mayLag?: ReadonlySet<NodeId>;
  /** The labels that the network could have at a port; see {@link HoldOptions.offers}. */
  readonly offers?: HoldOptions["offers"];
}

/** What a conductor works with. */
export interface ConductorContext {
  readonly drivers: ReadonlyMap<DomainId, DriverBase>;
  readonly clock: Clock;
  /** How long frames may be under way on a trunk that has just been left, in milliseconds. */
  readonly drainMs: number;
}

/** Brings the domains from one state to the next through their drivers. Holds no state of its own. */
export class Conductor {
  readonly #context: ConductorContext;

  constructor(context: ConductorContext) {
    this.#context = context;
  }

  /**
   * Whether some driver cannot carry its segments, in these states one after another, or has no room for
   * them now, unless they are wanted `later`; asked before anything is touched.
   */
  unsupported(states: readonly Segments[], when: "now" | "later" = "now"): DriverError | undefined {
    const isLater = when === "later";
    for (const [index, state] of states.entries()) {
      for (const segment of state.values()) {
        const driver = this.#driver(segment.domain);
        const causes = lacksOf(segment, driver.capabilities());
        if (causes.length > 0) return { type: "driver-failed", domain: segment.domain, causes };
        const after = segmentsOf(states.slice(0, index), segment.domain);
        const refusal = driver.refusal?.(segment, { after, isLater });
        if (refusal !== undefined) return refusal;
      }
    }
    return undefined;
  }

  /** Has domains count with these states, and the way back, when others ask, until it is disposed of. */
  keepRoom(states: readonly Segments[]): Disposable {
    const domains = new Set(states.flatMap((state) => [...state.keys()]));
    const kept = [...domains].flatMap(
      (domain) => this.#driver(domain).keepRoom?.(segmentsOf(states, domain)) ?? [],
    );
    return {
      [Symbol.dispose]: () => {
        for (const each of kept) each[Symbol.dispose]();
      },
    };
  }

  /**
   * Goes through the stages of `way` and stops at the first that fails, or when `signal` is raised.
   * Before the first, every domain that can is asked to hold what it will need.
   */
  async advance(
    from: Segments,
    way: readonly Stage[],
    { signal, mayLag = new Set(), offers }: JourneyOptions,
  ): Promise<Progress> {
    const options = { signal, ...(offers === undefined ? {} : { offers }) };
    const { held, error: refused } = await this.#hold(from, way, options);
    if (refused !== undefined) {
      return { begun: givingBack(from, [], held), lagging: [], error: refused };
    }
    const begun: Stage[] = [];
    let last = from;
    let lagging: readonly NodeId[] = [];
    for (const stage of way) {
      if (stage.drainBefore) await this.#drain(signal);
      begun.push(stage);
      const moved = await this.move(last, stage.state, { signal, allowPending: mayLag.size > 0 });
      const error = moved.isErr() ? moved.error : outOfReach(stage.state, moved.value, mayLag);
      if (error !== undefined) return { begun: givingBack(from, begun, held), lagging, error };
      lagging = moved.unwrapOr([]);
      last = stage.state;
    }
    return { begun, lagging };
  }

  /** Asks every domain that can to hold what the first state that changes it needs. */
  async #hold(
    from: Segments,
    way: readonly Stage[],
    options: HoldOptions,
  ): Promise<{ readonly held: Segments; readonly error?: DriverError }> {
    const held = new Map<DomainId, Segment>();
    for (const [domain, segment] of way.flatMap(({ state }) => [...state])) {
      if (held.has(domain) || this.#driver(domain).hold === undefined) continue;
      if (!sameSegment(from.get(domain), segment)) held.set(domain, segment);
    }
    const asked = await Promise.all(
      [...held].map(([domain, segment]) => this.#driver(domain).hold?.(segment, options)),
    );
    const error = asked.find((each) => each?.isErr());
    return error?.isErr() ? { held, error: error.error } : { held };
  }

  /**
   * Goes back through `begun` to `from`, past whatever is out of reach or refuses, and lists the
   * nodes that were not seen to follow. Their drivers go on bringing them there.
   */
  async retreat(
    from: Segments,
    begun: readonly Stage[],
    timeoutMs: number,
  ): Promise<readonly NodeId[]> {
    const pending = new Map<DomainId, readonly NodeId[]>();
    for (const [index, stage] of [...begun.entries()].reverse()) {
      const last = stage.state;
      const state = begun[index - 1]?.state ?? from;
      if (stage.drainBeforeReturn) await this.#drain();
      for (const { domain, moved } of await this.#moveEach(last, state, {
        timeoutMs,
        allowPending: true,
      })) {
        const states = [last.get(domain), state.get(domain)];
        pending.set(domain, moved.isOk() ? moved.value : doubtful(moved.error, states));
      }
    }
    return [...new Set([...pending.values()].flat())].sort();
  }

  /**
   * Asks every domain of `left` for its part of `state` once more, and lists the nodes that are not
   * seen to be there.
   */
  async confirm(
    left: readonly Segments[],
    state: Segments,
    timeoutMs: number,
  ): Promise<readonly NodeId[]> {
    const were = new Map([...left, state].flatMap((one) => [...one]));
    const asked = await Promise.all(
      [...were].map(async ([domain, was]) => {
        const will = state.get(domain);
        const moved = await this.#moveDomain(domain, was, will, { timeoutMs, allowPending: true });
        return moved.isOk() ? moved.value : doubtful(moved.error, [was, will]);
      }),
    );
    return asked.flat();
  }

  /** Brings every domain from one state to the next; gives the nodes that are pending. */
  async move(
    from: Segments,
    to: Segments,
    options: ProvisionOptions,
  ): Promise<Result<readonly NodeId[], DriverError>> {
    const moves = await this.#moveEach(from, to, options);
    return Result.combine(moves.map(({ moved }) => moved)).map((pending) => pending.flat());
  }

  #moveEach(
    from: Segments,
    to: Segments,
    options: ProvisionOptions,
  ): Promise<readonly DomainMove[]> {
    const domains = [...new Set([...from.keys(), ...to.keys()])].sort();
    const changing = domains.filter((domain) => !sameSegment(from.get(domain), to.get(domain)));
    return Promise.all(
      changing.map(async (domain) => ({
        domain,
        moved: await this.#moveDomain(domain, from.get(domain), to.get(domain), options),
      })),
    );
  }

  #moveDomain(
    domain: DomainId,
    was: Segment | undefined,
    will: Segment | undefined,
    options: ProvisionOptions,
  ): ResultAsync<readonly NodeId[], DriverError> {
    const driver = this.#driver(domain);
    if (will !== undefined) return driver.provision(will, options).map(({ pending }) => pending);
    if (was !== undefined) return driver.release(was.id, options).map(({ pending }) => pending);
    return okAsync([]);
  }

  #drain(signal: AbortSignal = new AbortController().signal): Promise<void> {
    return pause(this.#context.clock, this.#context.drainMs, signal);
  }

  #driver(domain: DomainId): DriverBase {
    const driver = this.#context.drivers.get(domain);
    invariant(driver !== undefined, `domain ${domain} has a driver`);
    return driver;
  }
}

/**
 * The stages that were begun, and one more to go back from in which the domains that hold something
 * and were not asked for anything since have it: the step back gives it back.
 */
function givingBack(from: Segments, begun: readonly Stage[], held: Segments): readonly Stage[] {
  const isUntouched = (domain: DomainId): boolean =>
    begun.every(({ state }) => sameSegment(state.get(domain), from.get(domain)));
  const kept = [...held].filter(([domain]) => isUntouched(domain));
  if (kept.length === 0) return begun;
  const state = new Map([...(begun.at(-1)?.state ?? from), ...kept]);
  return [...begun, { state, drainBefore: false, drainBeforeReturn: false }];
}

/** The parts of a domain in these states. */
function segmentsOf(states: readonly Segments[], domain: DomainId): readonly Segment[] {
  return states.flatMap((state) => state.get(domain) ?? []);
}

/** What a domain's driver would have to be able to do for a segment, and is not. */
function lacksOf({ ends, nodes }: Segment, able: DriverCapabilities): readonly DriverCause[] {
  const kind = "unsupported";
  const failsOver = nodes.some(({ rules }) => rules.some(({ failover }) => failover !== undefined));
  if (failsOver && !able.programsNodes)
    return [{ kind, message: "cannot fail over to another path by itself" }];
  if (failsOver || able.multipoint || ends.length <= 2) return [];
  return nodes
    .filter(({ rules }) => rules.length > 2)
    .map(({ node, rules }) => ({
      ...{ node, kind, message: `cannot join ${rules.length} ends` },
      blocked: [{ type: "branching", node }],
    }));
}

/** The error if some of `pending` must not be. */
function outOfReach(
  state: Segments,
  pending: readonly NodeId[],
  mayLag: ReadonlySet<NodeId>,
): DriverError | undefined {
  const nodes = pending.filter((node) => !mayLag.has(node));
  for (const { domain, nodes: own } of state.values()) {
    const here = own.map(({ node }) => node).filter((node) => nodes.includes(node));
    if (here.length === 0) continue;
    const causes = here.map((node) => ({
      node,
      kind: "unreachable" as const,
      message: "is not connected",
    }));
    return { type: "driver-failed", domain, causes };
  }
  return undefined;
}

/** What became of one domain's move: the nodes that are pending, or the error. */
interface DomainMove {
  readonly domain: DomainId;
  readonly moved: Result<readonly NodeId[], DriverError>;
}

/** The nodes of a domain that a failed move may have left in either state. */
function doubtful(error: DriverError, states: readonly (Segment | undefined)[]): readonly NodeId[] {
  const { causes, pending = [] } = error.type === "driver-failed" ? error : { causes: [] };
  const named = [...causes.flatMap(({ node }) => node ?? []), ...pending];
  const all = states.flatMap((state) => state?.nodes.map(({ node }) => node) ?? []);
  return named.length > 0 ? named : all;
}
