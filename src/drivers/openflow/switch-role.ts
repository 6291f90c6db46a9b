import { err, ok, type Result } from "neverthrow";
import type { NodeRole } from "../roles.ts";
import type { SwitchSession } from "./session.ts";
import type { SessionError } from "./session-error.ts";
import { type NodeProblem, problemsOf } from "./switch-problem.ts";
import type { RoleStatus } from "./wire/switch.ts";
import { type OfVersion, OPENFLOW_1_0, OPENFLOW_1_3 } from "./wire/version.ts";

/** A connection on which a role is claimed. */
export interface RoleConnection {
  readonly session: SwitchSession;
  readonly version: OfVersion;
}

/** What a switch reports before anybody has claimed mastership (Open vSwitch). */
const NO_GENERATION = 0xffff_ffff_ffff_ffffn;

/** How often a slave's role is asked for that the switch finds late. */
const MAX_RETREATS = 8;

/** Every reason for a change of roles. */
const ALL_REASONS = 0b111;

/**
 * Who we are to a switch, over all of its connections (OpenFlow 1.3.5 §6.3.4). A role holds for one
 * connection only, so it is claimed again on each; nothing needs to be said to be `equal`, as every
 * controller is at first.
 *
 * OpenFlow 1.0 has roles by an extension of Nicira's, without generations: there the last who claims
 * is the master, and nobody is fenced off for being late.
 */
export class SwitchRole {
  #wanted: NodeRole;
  #held: NodeRole["role"] = "equal";
  /** How many visits there are; see {@link visit}. */
  #visits = 0;
  /** Resolves when a visit that was the last has ended. */
  #leaving: Promise<unknown> = Promise.resolve();
  /** Resolves when every claim so far has been answered. */
  #claims: Promise<unknown> = Promise.resolve();
  readonly #watchers = new Set<() => void>();

  constructor(wanted: NodeRole) {
    this.#wanted = wanted;
  }

  /** Whether we may change the switch. */
  get mayWrite(): boolean {
    return this.#wanted.role !== "slave" && this.#held === this.#wanted.role;
  }

  /** Whether it is ours alone, by a claim. */
  get isMaster(): boolean {
    return this.#wanted.role === "master" && this.#held === "master";
  }

  /** Whether we do not even want to change it. */
  get isSlave(): boolean {
    return this.#wanted.role === "slave";
  }

  /** Whether that is news of mastership that we have lost, and not of a time before we claimed it. */
  isLostBy({ role, reason, generationId }: RoleStatus): boolean {
    if (role !== "slave" || this.#wanted.role !== "master") return false;
    return reason !== "master-request" || generationId >= this.#wanted.generation;
  }

  /** Notes who we want to be, to be claimed. */
  want(role: NodeRole): void {
    this.#wanted = role;
  }

  /** Notes that there is a new connection. */
  connected(): void {
    this.#visits = 0;
    this.#hold("equal");
  }

  /** Notes that another controller is master now. */
  lose(): void {
    this.#wanted = { role: "slave" };
    this.#hold("slave");
  }

  /** Calls `listener` when the switch takes nothing from us any more, until disposed. */
  onLost(listener: () => void): Disposable {
    this.#watchers.add(listener);
    return { [Symbol.dispose]: () => void this.#watchers.delete(listener) };
  }

  /**
   * Has the switch take frames from us and show us some for a while, whoever is its master: he stays that,
   * and to change what networks have is still his alone. Ended by {@link leave}, whatever comes of it.
   */
  async visit(connection: RoleConnection): Promise<Result<void, RoleRefusal>> {
    this.#visits += 1;
    await this.#leaving;
    return this.#held === "slave" ? this.#ask(connection, "equal", 0n) : ok(undefined);
  }

  /** Ends a visit; after the last the switch takes nothing from a slave again. */
  async leave(connection: RoleConnection): Promise<Result<void, RoleRefusal>> {
    this.#visits -= 1;
    const left = this.#retreat(connection);
    this.#leaving = left;
    return await left;
  }

  /**
   * Tells the switch who we want to be. A claim of mastership that it refuses makes us a slave. Claims follow
   * one another, so that the switch hears last what was wanted last.
   */
  async claim(connection: RoleConnection): Promise<Result<void, RoleRefusal>> {
    const claimed = this.#claims.then(() => this.#claim(connection));
    this.#claims = claimed;
    return await claimed;
  }

  async #claim(connection: RoleConnection): Promise<Result<void, RoleRefusal>> {
    const wanted = this.#wanted;
    switch (wanted.role) {
      case "equal":
        return this.#held === "equal" ? ok(undefined) : this.#ask(connection, "equal", 0n);
      case "slave":
        return this.#visits > 0 ? this.#ask(connection, "equal", 0n) : this.#yield(connection);
      case "master": {
        if (connection.version > OPENFLOW_1_3) tellOfRoles(connection.session);
        const claimed = await this.#ask(connection, "master", wanted.generation);
        if (claimed.isOk() || !isRefusal(claimed.error.error)) return claimed;
        if (this.#wanted === wanted) this.lose();
        const generation = await heardBy(connection);
        await this.#yield(connection, generation);
        return err({ ...claimed.error, ...(generation !== undefined && { generation }) });
      }
    }
  }

  /** Becomes a slave, of whatever generation the switch has heard of last. */
  async #yield(
    connection: RoleConnection,
    generation?: bigint,
  ): Promise<Result<void, RoleRefusal>> {
    const heard = generation ?? (await heardBy(connection)) ?? 0n;
    return this.#ask(connection, "slave", heard);
  }

  /** Is a slave again, unless somebody still looks on or it is ours; a claim of another's may come in between. */
  async #retreat(connection: RoleConnection): Promise<Result<void, RoleRefusal>> {
    const isBack = (): boolean => this.#visits > 0 || !this.isSlave || this.#held === "slave";
    for (let attempt = 1; !isBack(); attempt += 1) {
      const generation = await heardBy(connection);
      if (isBack()) break;
      const left = await this.#ask(connection, "slave", generation ?? 0n);
      if (left.isOk() || !isRefusal(left.error.error) || attempt === MAX_RETREATS) return left;
    }
    return ok(undefined);
  }

  #hold(role: NodeRole["role"]): void {
    this.#held = role;
    if (role === "slave") for (const tell of [...this.#watchers]) tell();
  }

  async #ask(
    { session }: RoleConnection,
    role: NodeRole["role"],
    generationId: bigint,
  ): Promise<Result<void, RoleRefusal>> {
    const reply = await session.request({ type: "role-request", role, generationId });
    if (reply.isErr()) return err({ error: reply.error, problems: problemOf(reply.error) });
    this.#hold(role);
    return ok(undefined);
  }
}

/** Why a switch did not take a claim. */
export interface RoleRefusal {
  readonly error: SessionError;
  readonly problems: readonly NodeProblem[];
  /** The latest claim that the switch has heard of, where it says so. */
  readonly generation?: bigint;
}

function isRefusal(error: SessionError): boolean {
  return error.type === "rejected";
}

function problemOf(error: SessionError): readonly NodeProblem[] {
  if (error.type !== "rejected") return problemsOf(error);
  const { kind, code } = error.error;
  if (kind === "role-request-failed" && code === "stale") {
    return [{ kind: "not-master", message: "the switch has heard of a later claim of mastership" }];
  }
  return [{ kind: "not-master", message: `the switch gives no such role: ${kind}/${code}` }];
}

/** The latest generation that a switch has heard of; undefined when there is none. */
async function heardBy({ session, version }: RoleConnection): Promise<bigint | undefined> {
  if (version === OPENFLOW_1_0) return undefined;
  const asked = { type: "role-request", role: "no-change", generationId: 0n } as const;
  const reply = await session.request(asked);
  return reply.match(
    ({ generationId }) => (generationId === NO_GENERATION ? undefined : generationId),
    () => undefined,
  );
}

/** From OpenFlow 1.4 on a switch says nothing of roles unless asked to (1.4.1 §7.3.10). */
function tellOfRoles(session: SwitchSession): void {
  session.send({
    type: "set-async",
    settings: [
      { type: "role-status-slave", mask: ALL_REASONS },
      { type: "role-status-master", mask: ALL_REASONS },
    ],
  });
}
