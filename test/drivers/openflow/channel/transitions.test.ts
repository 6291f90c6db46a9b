import { expect, test } from "vitest";
import {
  type ChannelInput,
  type ChannelState,
  transitions,
} from "../../../../src/drivers/openflow/channel/transitions.ts";

const states: readonly ChannelState[] = ["connecting", "hello", "features", "up", "closed"];
const inputs: readonly ChannelInput[] = [
  "open",
  "hello",
  "error",
  "features-reply",
  "echo-request",
  "echo-reply",
  "reply",
  "notice",
  "foreign",
  "fail",
  "close",
];

/** The table once more, one row a state, in the order of `inputs`; `-` is illegal. */
const expected: Readonly<Record<ChannelState, string>> = {
  //           open  hello    error  feat-reply echo-rq  echo-rp  reply notice foreign fail close
  connecting:
    "hello -        -      -          -        -        -     -      -       -      closed",
  hello:
    "     -     features closed -          -        -        -     -      -       closed closed",
  features:
    "  -     -        closed up         features features -     features -     closed closed",
  up: "        -     -        up     up         up       up       up    up     -       closed closed",
  closed: "    -     -        -      -          -        -        -     -      -       -      -",
};

test.each(
  states.flatMap((state) =>
    inputs.map((input, column) => ({
      state,
      input,
      next: expected[state].trim().split(/\s+/)[column],
    })),
  ),
)("in state $state, $input leads to $next", ({ state, input, next }) => {
  expect(transitions[state][input] ?? "-").toBe(next);
});

test("every state but connecting is entered by some input, and only closed is final", () => {
  const entered = new Set(states.flatMap((state) => Object.values(transitions[state])));
  expect([...entered].toSorted()).toEqual(["closed", "features", "hello", "up"]);
  const final = states.filter((state) => Object.keys(transitions[state]).length === 0);
  expect(final).toEqual(["closed"]);
});
