import type { BundleAdd, BundleControl } from "../drivers/openflow/wire/bundle.ts";
import type { OfMessage } from "../drivers/openflow/wire/message.ts";
import type { ControllerConnection, Request } from "./controller-connection.ts";
import type { Datapath } from "./datapath/datapath.ts";
import type { Effect } from "./datapath/effect.ts";
import { type Refusal, refusal } from "./datapath/refusal.ts";
import type { FaultPlan } from "./faults.ts";

/** A bundle that is open. */
interface OpenBundle {
  readonly flags: number;
  readonly added: { readonly request: Request; readonly message: OfMessage }[];
}

/** What may be put into a bundle, as Open vSwitch has it; meters may not. */
const bundled: ReadonlySet<OfMessage["type"]> = new Set(["flow-mod", "group-mod", "packet-out"]);

/**
 * The bundles of a switch (OpenFlow 1.4.1 §6.8), as Open vSwitch has them: what is added is judged
 * only when the bundle is committed, and then carried out as a whole or not at all.
 */
export class Bundles {
  readonly #datapath: Datapath;
  readonly #faults: FaultPlan;
  readonly #open = new WeakMap<ControllerConnection, Map<number, OpenBundle>>();

  /** `faults` may refuse what is in a bundle, too. */
  constructor(datapath: Datapath, faults: FaultPlan) {
    this.#datapath = datapath;
    this.#faults = faults;
  }

  /** Whether that is about bundles. */
  takes(message: OfMessage): message is BundleControl | BundleAdd {
    return message.type === "bundle-control" || message.type === "bundle-add";
  }

  /** Answers a message about bundles; gives what it does besides. */
  handle(request: Request, connection: ControllerConnection, nowMs: number): readonly Effect[] {
    const { message } = request;
    if (message.type === "bundle-add") this.#add({ ...request, message }, connection);
    if (message.type !== "bundle-control") return [];
    const refuse = (reason: Refusal): readonly Effect[] => {
      connection.refuse(request, reason);
      return [];
    };
    const open = this.#of(connection);
    const bundle = open.get(message.bundle);
    switch (message.control) {
      case "open-request":
        if (bundle !== undefined) return refuse(refusal("bundle-failed", "bundle-exist"));
        open.set(message.bundle, { flags: message.flags, added: [] });
        connection.reply(request, { ...message, control: "open-reply" });
        return [];
      case "discard-request":
        if (!open.delete(message.bundle)) return refuse(refusal("bundle-failed", "bad-id"));
        connection.reply(request, { ...message, control: "discard-reply" });
        return [];
      case "commit-request":
        if (bundle === undefined) return refuse(refusal("bundle-failed", "bad-id"));
        open.delete(message.bundle);
        if (bundle.flags !== message.flags) return refuse(refusal("bundle-failed", "bad-flags"));
        return this.#commit(bundle, connection, nowMs).match(
          (effects) => {
            connection.reply(request, { ...message, control: "commit-reply" });
            return effects;
          },
          () => refuse(refusal("bundle-failed", "msg-failed")),
        );
      default:
        return refuse(refusal("bundle-failed", "bad-type"));
    }
  }

  #add(request: Request & { readonly message: BundleAdd }, connection: ControllerConnection): void {
    const { bundle, flags, inner } = request.message;
    const open = this.#of(connection);
    const found = open.get(bundle) ?? { flags, added: [] };
    open.set(bundle, found);
    const fault =
      inner.xid !== request.xid
        ? refusal("bundle-failed", "msg-bad-xid")
        : !bundled.has(inner.message.type)
          ? refusal("bundle-failed", "msg-unsup")
          : undefined;
    if (fault === undefined) found.added.push({ request, message: inner.message });
    else {
      open.delete(bundle);
      connection.refuse(request, fault);
    }
  }

  #commit({ added }: OpenBundle, connection: ControllerConnection, nowMs: number) {
    const messages = added.map(({ message }) => message);
    const forgotten: OfMessage[] = [];
    const strike = (message: OfMessage): Refusal | undefined => {
      const fault = this.#faults.strike(message);
      if (fault?.type === "forget") forgotten.push(message);
      return fault?.type === "reject" ? fault : undefined;
    };
    const done = this.#datapath.receiveAll(messages, nowMs, strike);
    if (done.isErr()) {
      const failed = added[done.error.index];
      if (failed !== undefined) connection.refuse(failed.request, done.error);
    } else {
      for (const message of forgotten) {
        if (message.type === "flow-mod") this.#datapath.forget(message);
      }
    }
    return done;
  }

  #of(connection: ControllerConnection): Map<number, OpenBundle> {
    const open = this.#open.get(connection) ?? new Map<number, OpenBundle>();
    this.#open.set(connection, open);
    return open;
  }
}
