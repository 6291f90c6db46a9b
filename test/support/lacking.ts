import type { OfMessage } from "../../src/drivers/openflow/wire/message.ts";
import type { Refusal } from "../../src/testing/datapath/refusal.ts";

/** What a switch says to a message that it does not understand; nothing when it does. */
export type Lacks = (message: OfMessage) => Refusal | undefined;

/** Everything that a message is made of, one word each. */
function wordsOf(message: OfMessage): ReadonlySet<string> {
  const words = new Set<string>([message.type]);
  if (message.type === "group-mod") words.add(`group ${message.groupType}`);
  if (message.type !== "flow-mod") return words;
  words.add(`table ${message.table}`);
  for (const { field, mask } of message.match) words.add(mask === undefined ? field : `${field}/`);
  for (const instruction of message.instructions) {
    words.add(instruction.type);
    if (instruction.type !== "apply-actions") continue;
    for (const action of instruction.actions) {
      words.add(action.type === "output" ? `output ${action.port}` : action.type);
      if (action.type === "set-field") words.add(`set-field ${action.field.field}`);
    }
  }
  return words;
}

/** Refuses what has this word, but lets it be deleted. */
export function without(word: string): Lacks {
  return (message) => {
    if (isForeign(message)) return undefined;
    const isDelete = "command" in message && String(message.command).startsWith("delete");
    if (isDelete || !wordsOf(message).has(word)) return undefined;
    return { kind: "bad-request", code: "bad-type" };
  };
}

/** Whether it is about what a testbed's switches hold that is not ours. */
function isForeign(message: OfMessage): boolean {
  if (message.type === "flow-mod") return message.cookie >> 48n !== 0xdc05n;
  if (message.type === "group-mod") return message.group < 0xdc05_0000;
  return message.type === "meter-mod" && message.meter < 1000;
}
