import { LAST_END_S } from "../../drivers/oscars/circuit-times.ts";
import type { SimpleConnection } from "../../drivers/oscars/rest/simple-connection.ts";
import { Alarms } from "./alarms.ts";
import { CircuitTable } from "./circuit-table.ts";
import { carriedBy, type OscarsConnection } from "./oscars-answer.ts";
import type { SimOscarsServerOptions } from "./oscars-options.ts";

/** The connections that a simulated OSCARS 1 server has, and how they are built and end by themselves. */
export class OscarsConnections {
  readonly #options: SimOscarsServerOptions;
  readonly #table: CircuitTable<OscarsConnection>;
  readonly #elsewhere: OscarsConnection[] = [];
  readonly #committed = new Set<string>();
  /** Ids of what was committed and ended before its begin. */
  readonly #spent = new Set<string>();
  /** When circuits begin, and end. */
  readonly #alarms: Alarms;
  readonly #buildFails: () => boolean;

  constructor(options: SimOscarsServerOptions, buildFails: () => boolean) {
    this.#options = options;
    this.#buildFails = buildFails;
    this.#alarms = new Alarms(options.clock);
    this.#table = new CircuitTable(carriedBy, options.onCircuit);
  }

  /** All that there are, and were. */
  get all(): readonly OscarsConnection[] {
    return [...this.#table.values()];
  }

  /** What is held or reserved. */
  get live(): readonly OscarsConnection[] {
    return this.all.filter(({ phase }) => phase !== "ARCHIVED");
  }

  get(id: string): OscarsConnection | undefined {
    return this.#table.get(id);
  }

  /** The same as most requests see it: what is held under an id hides what is reserved. */
  find(id: string): OscarsConnection | undefined {
    const kept = this.#table.get(id);
    if (kept?.next === undefined) return kept;
    return { simple: kept.next, phase: "HELD", state: "WAITING", deployment: "UNDEPLOYED" };
  }

  wasCommitted(id: string): boolean {
    return this.#committed.has(id);
  }

  noteCommitted(id: string): void {
    this.#committed.add(id);
  }

  /** What is committed under this id from now on is never built. */
  spend(id: string): void {
    this.#spent.add(id);
  }

  set(id: string, connection: OscarsConnection): void {
    this.#table.set(id, connection);
  }

  delete(id: string): void {
    this.#table.delete(id);
  }

  /** Takes what somebody has who asks in another way. */
  sellElsewhere(parts: Pick<SimpleConnection, "fixtures" | "pipes">): void {
    const own = {
      connectionId: "OTHER",
      begin: 0,
      end: LAST_END_S,
      description: "",
      junctions: [],
    };
    const simple = { ...own, ...parts, tags: [], projectIds: [] };
    this.#elsewhere.push({ simple, phase: "RESERVED", state: "ACTIVE", deployment: "DEPLOYED" });
  }

  /** Everything that takes something, but for the connection itself. */
  others(connectionId?: string): readonly SimpleConnection[] {
    return [...this.live, ...this.#elsewhere]
      .flatMap(({ simple, next }) => (next === undefined ? [simple] : [simple, next]))
      .filter((each) => each.connectionId !== connectionId);
  }

  /** Builds what is to be built by itself, once it has begun. */
  buildAtBegin(id: string): void {
    const { simple } = this.#table.get(id) ?? {};
    this.#alarms.clear(`${id} begins`);
    if (simple?.mode !== "AUTOMATIC" || this.#spent.has(id)) return;
    const { clock, buildMs = 0 } = this.#options;
    this.#alarms.set(`${id} begins`, simple.begin * 1000, () => {
      this.progress(id, { deployment: "BEING_DEPLOYED" });
      // Begun from here, so that a late timer cannot come before an early one.
      clock.setTimeout(() => this.#built(id), buildMs);
    });
  }

  /** Has a connection end when its time is over, if it has an end. */
  archiveAtEnd(id: string): void {
    const end = this.#table.get(id)?.simple.end ?? LAST_END_S;
    this.#alarms.clear(`${id} ends`);
    if (end >= LAST_END_S) return;
    this.#alarms.set(`${id} ends`, end * 1000, () => {
      const found = this.#table.get(id);
      if (found?.phase === "RESERVED") this.archive(found);
    });
  }

  #built(id: string): void {
    if (this.#table.get(id)?.deployment !== "BEING_DEPLOYED") return;
    if (this.#buildFails()) this.progress(id, { state: "FAILED", deployment: "DEPLOY_FAILED" });
    else this.progress(id, { state: "ACTIVE", deployment: "DEPLOYED" });
  }

  /** Changes what is reserved; nothing else. */
  progress(id: string, change: Partial<OscarsConnection>): void {
    const found = this.#table.get(id);
    if (found?.phase === "RESERVED") this.#table.set(id, { ...found, ...change });
  }

  /** Ends a connection; it is still known. */
  archive({ simple, ...found }: OscarsConnection): void {
    const { connectionId } = simple;
    this.forgetTimes(connectionId);
    const ended = { phase: "ARCHIVED", state: "FINISHED", deployment: "UNDEPLOYED" } as const;
    this.#table.set(connectionId, { ...found, simple, ...ended });
  }

  /** Nothing begins or ends by itself any more. */
  forgetTimes(id: string): void {
    this.#alarms.clear(`${id} begins`);
    this.#alarms.clear(`${id} ends`);
  }

  /** Gives back what was held, unless something became of it. */
  expire(held: OscarsConnection): void {
    const now = this.#table.get(held.simple.connectionId);
    if (now === held && held.phase === "HELD") this.#table.delete(held.simple.connectionId);
    else if (now?.next !== undefined && now.next === held.next) this.withoutNext(now);
  }

  /** Gives back what was held to take a connection's place. */
  withoutNext({ next: _, ...kept }: OscarsConnection): void {
    this.#table.set(kept.simple.connectionId, kept);
  }
}
