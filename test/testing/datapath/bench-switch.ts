import type { Action } from "../../../src/drivers/openflow/wire/action.ts";
import { PORT_CONTROLLER } from "../../../src/drivers/openflow/wire/constants.ts";
import { type FlowMod, flowMod } from "../../../src/drivers/openflow/wire/flow.ts";
import type { Bucket, GroupMod, GroupType } from "../../../src/drivers/openflow/wire/group.ts";
import type { Match } from "../../../src/drivers/openflow/wire/match.ts";
import type { OfMessage } from "../../../src/drivers/openflow/wire/message.ts";
import type {
  MultipartReplyBody,
  MultipartRequestBody,
} from "../../../src/drivers/openflow/wire/multipart.ts";
import { describeFrame, type Frame, type FrameFields, frame } from "../../../src/model/frame.ts";
import { Datapath } from "../../../src/testing/datapath/datapath.ts";
import type { Effect } from "../../../src/testing/datapath/effect.ts";

/** A datapath of four ports on the bench: what goes in and comes out is text. */
export class BenchSwitch {
  nowMs = 0;
  readonly datapath: Datapath;

  constructor(maxFlowsPerTable?: number) {
    const ports = [1, 2, 3, 4].map((port) => ({ port }));
    this.datapath = new Datapath(
      {
        datapathId: 1n,
        ports,
        learns: true,
        ...(maxFlowsPerTable !== undefined && { maxFlowsPerTable }),
      },
      this.nowMs,
    );
  }

  /** Carries out messages; gives what it answers and tells, refusals as `kind/code`. */
  tell(...messages: readonly OfMessage[]): readonly unknown[] {
    return messages.flatMap((message) => this.datapath.receive(message, this.nowMs)).map(summary);
  }

  /** Sends a frame in; gives what comes out, as `port: tags`, and packets for the controller. */
  send(port: number, fields: FrameFields = {}): readonly unknown[] {
    return this.datapath.forward(frame(fields), port, this.nowMs).map(summary);
  }

  /** Asks for state; gives the body of the answer. */
  ask<T extends MultipartRequestBody["type"]>(
    body: MultipartRequestBody & { readonly type: T },
  ): Extract<MultipartReplyBody, { readonly type: T }> {
    const message: OfMessage = { type: "multipart-request", more: false, body };
    const [effect] = this.datapath.receive(message, this.nowMs);
    if (effect?.type === "reply" && effect.message.type === "multipart-reply") {
      const reply = effect.message.body;
      if (hasType(reply, body.type)) return reply;
    }
    throw new Error(`no answer to ${body.type}: ${JSON.stringify(effect)}`);
  }
}

/** A flow of table 0 that does these actions. */
export function flow(match: Match, ...actions: readonly Action[]): FlowMod {
  return flowMod({ priority: 1, match, instructions: [{ type: "apply-actions", actions }] });
}

/** A group to add, one list of actions for each bucket. */
export function group(
  number: number,
  groupType: GroupType,
  ...buckets: readonly (readonly Action[] | Bucket)[]
): GroupMod {
  return {
    type: "group-mod",
    command: "add",
    groupType,
    group: number,
    buckets: buckets.map((bucket) => ("actions" in bucket ? bucket : { actions: bucket })),
  };
}

export function output(port: number): Action {
  return { type: "output", port, maxLen: 0xffff };
}

export function setVlan(vid: number): Action {
  return { type: "set-field", field: { field: "vlan_vid", value: 0x1000 | vid } };
}

export const push: Action = { type: "push-vlan", ethertype: 0x8100 };
export const pop: Action = { type: "pop-vlan" };
export const toController: Action = output(PORT_CONTROLLER);

/** A frame's tags, as {@link describeFrame} writes them. */
export function tagsOf(value: Frame): string {
  return /\[.*\]/.exec(describeFrame(value))?.[0] ?? "";
}

function summary(effect: Effect): unknown {
  switch (effect.type) {
    case "transmit":
      return `${effect.port}: ${tagsOf(effect.frame)}`;
    case "refuse":
      return `${effect.kind}/${effect.code}`;
    case "learned":
      return `learned until ${effect.expiresMs}`;
    default:
      return effect.message;
  }
}

function hasType<T extends MultipartReplyBody["type"]>(
  body: MultipartReplyBody,
  type: T,
): body is Extract<MultipartReplyBody, { readonly type: T }> {
  return body.type === type;
}
