import type { Tag } from "../../../model/attachment.ts";
import { type Clock, steadyMs } from "../../../model/clock.ts";
import { encodeFrame, frame } from "../../../model/frame.ts";
import type { NodeId } from "../../../model/ids.ts";
import { isVni } from "../../../model/vni.ts";
import { pause } from "../../driver-call.ts";
import { sendUnder } from "../compile/rewrite.ts";
import type { Action } from "../wire/action.ts";
import {
  ETHERTYPE_PROBE,
  type ProbeRun,
  probePayload,
  readProbe,
  type SeenProbe,
} from "./probe-frame.ts";
import type { SwitchProber } from "./switch-prober.ts";

/** A probe that was caught: where, by which port it had come in, and when. */
export interface Arrival extends SeenProbe {
  readonly node: NodeId;
  readonly inPort: number | undefined;
  /** Milliseconds, of the clock's steady time. */
  readonly atMs: number;
}

/** A probe that is to be sent. */
export interface Shot {
  readonly node: NodeId;
  /** The port that it seems to have come in by. */
  readonly inPort: number;
  readonly source: string;
  readonly destination: string;
  readonly tag: Tag;
  readonly actions: readonly Action[];
}

/** What became of a shot; further copies are added as they arrive. */
export interface Echo {
  readonly sentAtMs: number;
  readonly arrivals: readonly Arrival[];
}

/** What an exchange works with. */
export interface ExchangeContext {
  readonly run: ProbeRun;
  readonly switches: ReadonlyMap<NodeId, SwitchProber>;
  readonly clock: Clock;
  /** Raised when no frame may be sent any more. */
  readonly signal: AbortSignal;
  /** When no frame may be sent any more, even if the signal comes late; steady time, in milliseconds. */
  readonly untilMs: number;
}

/** Sends probes and gathers where they are caught, for one run. */
export class ProbeExchange implements Disposable {
  readonly #context: ExchangeContext;
  readonly #subscriptions: readonly Disposable[];
  /** By the number of the probe. */
  readonly #open = new Map<number, (arrival: Arrival) => void>();
  #last = 0;

  constructor(context: ExchangeContext) {
    this.#context = context;
    const { run, switches, clock } = context;
    this.#subscriptions = [...switches].map(([node, prober]) =>
      prober.onPacket((inPort, data) => {
        const seen = readProbe(run, data);
        if (seen === undefined) return;
        this.#open.get(seen.sequence)?.({ ...seen, node, inPort, atMs: steadyMs(clock) });
      }),
    );
  }

  /** Sends one probe and waits until `isDone` with what has arrived, for `timeoutMs` at most. */
  async shoot(
    shot: Shot,
    isDone: (arrivals: readonly Arrival[]) => boolean,
    timeoutMs: number,
  ): Promise<Echo> {
    const { clock, run, switches, signal, untilMs } = this.#context;
    const arrivals: Arrival[] = [];
    const done = new AbortController();
    this.#last += 1;
    const sequence = this.#last;
    this.#open.set(sequence, (arrival) => {
      arrivals.push(arrival);
      if (isDone(arrivals)) done.abort();
    });
    const data = encodeFrame(
      frame({
        destination: shot.destination,
        source: shot.source,
        vlans: typeof shot.tag === "number" ? [shot.tag] : [],
        ethertype: ETHERTYPE_PROBE,
        payload: probePayload(run, sequence),
      }),
    );
    const { inPort, tag } = shot;
    const actions = isVni(tag) ? [sendUnder(tag), ...shot.actions] : shot.actions;
    const sentAtMs = steadyMs(clock);
    const isOver = signal.aborted || sentAtMs >= untilMs;
    const failed = isOver || switches.get(shot.node)?.send({ inPort, actions, data }).isErr();
    if (failed !== true && !isDone(arrivals)) {
      await pause(clock, timeoutMs, AbortSignal.any([signal, done.signal]));
    }
    return { sentAtMs, arrivals };
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
  }
}
