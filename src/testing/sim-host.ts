import type { Tagging } from "../model/attachment.ts";
import { type Frame, type FrameFields, frame } from "../model/frame.ts";

/** A frame that a host received, and when. */
export interface Reception {
  readonly frame: Frame;
  /** Milliseconds since the epoch, by the fabric's clock. */
  readonly atMs: number;
}

/** What a host needs to be plugged in. */
export interface SimHostOptions {
  /** `host:nic` */
  readonly hostPort: string;
  /** How it is said to send; it sends whatever it is told all the same. */
  readonly tagging: Tagging;
  readonly mac: string;
  readonly transmit: (frame: Frame) => void;
}

/** A host interface at a touch point. It keeps every frame that its port delivers. */
export class SimHost {
  readonly hostPort: string;
  readonly tagging: Tagging;
  readonly mac: string;
  readonly #transmit: (frame: Frame) => void;
  readonly #received: Reception[] = [];

  constructor({ hostPort, tagging, mac, transmit }: SimHostOptions) {
    this.hostPort = hostPort;
    this.tagging = tagging;
    this.mac = mac;
    this.#transmit = transmit;
  }

  /** Everything received since the start, or since the last `clear`, oldest first. */
  get received(): readonly Reception[] {
    return this.#received;
  }

  /** Sends a frame; its source is this host's address unless told otherwise. */
  send(fields: FrameFields = {}): Frame {
    const sent = frame({ source: this.mac, ...fields });
    this.#transmit(sent);
    return sent;
  }

  /** Forgets what was received. */
  clear(): void {
    this.#received.length = 0;
  }

  /** Takes a frame from its port. */
  receive(reception: Reception): void {
    this.#received.push(reception);
  }
}
