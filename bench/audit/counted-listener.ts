import { decodeHeader, MessageSplitter, type SwitchListener, type Transport } from "dcns/openflow";
import { value } from "../support/value.ts";

/** Messages that change a switch, by their number in OpenFlow 1.3: flow-mod, group-mod, meter-mod. */
const MODS: ReadonlySet<number> = new Set([14, 15, 29]);

/** A listener that notes when a switch dialled in last, and counts what it was told to change. */
export interface CountedListener extends SwitchListener {
  readonly acceptedAtMs: number;
  readonly mods: number;
  /** The connection there is now. */
  readonly transport: Transport | undefined;
}

/** Counts at another listener. */
export function countedListener(inner: SwitchListener): CountedListener {
  let acceptedAtMs = 0;
  let mods = 0;
  let transport: Transport | undefined;
  const counted = (bare: Transport): Transport => {
    const splitter = new MessageSplitter();
    return {
      remote: bare.remote,
      open: (handlers) => bare.open(handlers),
      close: (reason) => bare.close(reason),
      send(bytes) {
        const headers = value(splitter.push(bytes)).map((message) => value(decodeHeader(message)));
        mods += headers.filter(({ code }) => MODS.has(code)).length;
        return bare.send(bytes);
      },
    };
  };
  return {
    listen: (accept) =>
      inner.listen((bare) => {
        acceptedAtMs = performance.now();
        mods = 0;
        transport = counted(bare);
        accept(transport);
      }),
    close: () => inner.close(),
    get acceptedAtMs() {
      return acceptedAtMs;
    },
    get mods() {
      return mods;
    },
    get transport() {
      return transport;
    },
  };
}
