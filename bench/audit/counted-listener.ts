import {
  decodeMessage,
  MessageSplitter,
  type OfMessage,
  type SwitchListener,
  type Transport,
} from "dcns/openflow";
import { value } from "../support/value.ts";

/** Messages that change a switch; what puts one into a bundle counts as one. */
const MODS: ReadonlySet<OfMessage["type"]> = new Set([
  "flow-mod",
  "group-mod",
  "meter-mod",
  "bundle-add",
]);

/** What is said before it is known who the switch is. */
const HANDSHAKE: ReadonlySet<OfMessage["type"]> = new Set(["hello", "features-request"]);

/** A listener that notes when a switch dialled in last, and counts what it was told to change. */
export interface CountedListener extends SwitchListener {
  readonly acceptedAtMs: number;
  /** When it was first asked or told something after the handshake: before that, the switch takes its time. */
  readonly knownAtMs: number;
  readonly mods: number;
  /** The connection there is now. */
  readonly transport: Transport | undefined;
}

/** Counts at another listener; `now` is the time that is noted, in milliseconds. */
export function countedListener(inner: SwitchListener, now: () => number): CountedListener {
  let acceptedAtMs = 0;
  let knownAtMs: number | undefined;
  let mods = 0;
  let transport: Transport | undefined;
  const counted = (bare: Transport): Transport => {
    const splitter = new MessageSplitter();
    return {
      remote: bare.remote,
      open: (handlers) => bare.open(handlers),
      close: (reason) => bare.close(reason),
      send(bytes) {
        const messages = value(splitter.push(bytes)).map((message) =>
          value(decodeMessage(message)),
        );
        if (messages.some(({ message }) => !HANDSHAKE.has(message.type))) knownAtMs ??= now();
        mods += messages.filter(({ message }) => MODS.has(message.type)).length;
        return bare.send(bytes);
      },
    };
  };
  return {
    listen: (accept) =>
      inner.listen((bare) => {
        acceptedAtMs = now();
        knownAtMs = undefined;
        mods = 0;
        transport = counted(bare);
        accept(transport);
      }),
    close: () => inner.close(),
    get acceptedAtMs() {
      return acceptedAtMs;
    },
    get knownAtMs() {
      return knownAtMs ?? acceptedAtMs;
    },
    get mods() {
      return mods;
    },
    get transport() {
      return transport;
    },
  };
}
