import type { DriverBase } from "../drivers/driver-base.ts";
import type { Clock } from "../model/clock.ts";
import type { FlapDamping } from "../network/flap-damping.ts";
import type { Store } from "../store/store.ts";
import type { Topology } from "../topology.ts";
import type { AgentLimits } from "./limits.ts";
import type { SharingOptions } from "./sharing/sharing.ts";

/** What an agent is started with. */
export interface AgentOptions {
  readonly topology: Topology;
  /** A driver for every domain of the topology, by domain id; the agent closes them when it closes. */
  readonly drivers: Readonly<Record<string, DriverBase>>;
  /** Where networks survive; default a new `MemoryStore`. Whoever opened a store closes it. */
  readonly store?: Store;
  readonly clock?: Clock;
  /** What the global reservation id begins with; default `dcns-`. */
  readonly griPrefix?: string;
  /**
   * How long a call may take unless it says otherwise, in milliseconds; default 30,000, or 180,000 where
   * a domain is somebody else's.
   */
  readonly operationTimeoutMs?: number;
  /** How long each step back may take when a call is undone, in milliseconds; default 5,000. */
  readonly rollbackTimeoutMs?: number;
  /**
   * How long a network that moves to another tree waits, in milliseconds, before the old trunks are
   * cleared; default 100. A switch may use what it has cached for that long after it has confirmed.
   */
  readonly drainMs?: number;
  /** How links are held down that fail again and again; `false`: not at all. */
  readonly flapDamping?: Partial<FlapDamping> | false;
  /**
   * How long the connection of a node may be lost, in milliseconds, before its links count as down, so
   * that networks that only pass there move; default 30,000. `false`: for as long as it likes.
   */
  readonly nodeGraceMs?: number | false;
  /** How long a start waits for nodes with unfinished work, in milliseconds; default 5,000. */
  readonly recoveryTimeoutMs?: number;
  /**
   * How long after a failure is waited for more of it to be heard of, in milliseconds, before the
   * networks that were hit are planned anew together; default 3.
   */
  readonly restorationWindowMs?: number;
  /**
   * How long networks are planned together after a failure, in milliseconds, before those for which
   * there are plans move; the others follow. Default 500.
   */
  readonly restorationBudgetMs?: number;
  /** How much of what can grow there may be. */
  readonly limits?: Partial<AgentLimits>;
  /** There when other agents work on the same store and serve the same switches; alone when absent. */
  readonly sharing?: SharingOptions;
}
