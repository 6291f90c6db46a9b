import type { ResultAsync } from "neverthrow";
import { type Clock, steadyMs } from "../../model/clock.ts";
import type { SwitchFeatures } from "./channel/channel-effect.ts";
import { givesWay } from "./half-open.ts";
import { OncePer } from "./learning/once-per.ts";
import { PacketInLimit } from "./packet-in-limit.ts";
import { SwitchSession } from "./session.ts";
import type { SessionOptions } from "./session-options.ts";
import { addressOf } from "./switch-admission.ts";
import type {
  ListenAddress,
  ListenError,
  RefusedPeer,
  SwitchListener,
  Transport,
} from "./transport.ts";

/** What may be set about a {@link SessionServer}; everything has a default. */
export interface SessionServerOptions {
  /** For every session. */
  readonly session?: SessionOptions;
  /** How many connections are served at once; more are closed unheard. 1,024 when absent. */
  readonly maxSessions?: number;
  /** How many of them may be shaking hands at once; the oldest gives way to one more. 256 when absent. */
  readonly maxHandshakes?: number;
  /** How many connections may come from one address. As many as `maxSessions` when absent. */
  readonly maxSessionsPerAddress?: number;
}

/** Who dials in again and again is not to drown what else is told. */
const MAX_REFUSALS_PER_SECOND = 10;

/** Serves the switches that dial in to a listener, and hands over those that have shaken hands. */
export class SessionServer {
  readonly #listener: SwitchListener;
  readonly #clock: Clock;
  readonly #sessionOptions: SessionOptions;
  readonly #maxSessions: number;
  readonly #maxHandshakes: number;
  readonly #maxPerAddress: number;
  readonly #handshaking = new Set<SwitchSession>();
  readonly #up = new Set<SwitchSession>();

  constructor(listener: SwitchListener, clock: Clock, options: SessionServerOptions = {}) {
    this.#listener = listener;
    this.#clock = clock;
    this.#sessionOptions = options.session ?? {};
    this.#maxSessions = options.maxSessions ?? 1_024;
    this.#maxHandshakes = options.maxHandshakes ?? 256;
    this.#maxPerAddress = options.maxSessionsPerAddress ?? this.#maxSessions;
  }

  /**
   * Starts to listen; called once. `accept` gets each session the moment it is up: who subscribes in
   * the call misses nothing. Two sessions may be of one switch; that is for the caller to judge. `refused` hears
   * of those whom the listener did not let in, once a second of each address and of so many altogether.
   */
  listen(
    accept: (session: SwitchSession, features: SwitchFeatures) => void,
    refused: (peer: RefusedPeer) => void = () => {},
  ): ResultAsync<ListenAddress, ListenError> {
    const perAddress = new OncePer(1_000);
    const inAll = new PacketInLimit(MAX_REFUSALS_PER_SECOND, steadyMs(this.#clock));
    const tell = (peer: RefusedPeer): void => {
      const nowMs = steadyMs(this.#clock);
      if (perAddress.admits(addressOf(peer), nowMs) && inAll.admits(nowMs)) refused(peer);
    };
    return this.#listener.listen((transport) => this.#serve(transport, accept), tell);
  }

  /** Stops listening and closes every session. Idempotent. */
  async close(): Promise<void> {
    for (const session of [...this.#handshaking, ...this.#up]) session.close("going away");
    await this.#listener.close();
  }

  #serve(
    transport: Transport,
    accept: (session: SwitchSession, features: SwitchFeatures) => void,
  ): void {
    if (!this.#makeRoom(transport)) {
      transport.close("too many connections");
      return;
    }
    const session = new SwitchSession(transport, this.#clock, this.#sessionOptions);
    this.#handshaking.add(session);
    session.subscribe((event) => {
      if (event.type === "up") {
        this.#handshaking.delete(session);
        this.#up.add(session);
        accept(session, event.features);
      }
      if (event.type === "closed") {
        this.#handshaking.delete(session);
        this.#up.delete(session);
      }
    });
    session.open();
  }

  /** Lets one that is shaking hands go where that is what it takes; false where there is no room. */
  #makeRoom(newcomer: Transport): boolean {
    const address = addressOf(newcomer);
    if (this.#maxPerAddress < this.#maxSessions) {
      const fromThere = (session: SwitchSession): boolean => addressOf(session) === address;
      const others = [...this.#handshaking, ...this.#up].filter(fromThere);
      if (others.length >= this.#maxPerAddress) {
        return this.#dropOneOf([...this.#handshaking].filter(fromThere));
      }
    }
    const { size } = this.#handshaking;
    const isFull = size >= this.#maxHandshakes || size + this.#up.size >= this.#maxSessions;
    return !isFull || this.#dropOneOf(this.#handshaking);
  }

  #dropOneOf(waiting: Iterable<SwitchSession>): boolean {
    const dropped = givesWay(waiting, addressOf);
    if (dropped === undefined) return false;
    this.#handshaking.delete(dropped);
    dropped.close("gave way to a newcomer");
    return true;
  }
}
