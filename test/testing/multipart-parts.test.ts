import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../src/drivers/openflow/wire/encode.ts";
import type { FlowStats } from "../../src/drivers/openflow/wire/flow.ts";
import { OPENFLOW_1_3 } from "../../src/drivers/openflow/wire/version.ts";
import { multipartParts } from "../../src/testing/multipart-parts.ts";

const output = { type: "output", port: 1, maxLen: 0 } as const;

function flowStats(priority: number): FlowStats {
  return {
    table: 0,
    durationS: 0,
    durationNs: 0,
    priority,
    idleTimeoutS: 0,
    hardTimeoutS: 0,
    flags: 0,
    cookie: 0n,
    packetCount: 0n,
    byteCount: 0n,
    match: [{ field: "in_port", value: 1 }],
    instructions: [],
  };
}

describe("a multipart reply", () => {
  test("that is empty is one message", () => {
    expect(multipartParts(OPENFLOW_1_3, { type: "flow", flows: [] })).toEqual([
      { type: "multipart-reply", more: false, body: { type: "flow", flows: [] } },
    ]);
  });

  test("is cut into messages as full as they can be, without losing or splitting anything", () => {
    const flows = Array.from({ length: 2_500 }, (_, index) => flowStats(index));
    const parts = multipartParts(OPENFLOW_1_3, { type: "flow", flows });
    // One of these entries takes 64 bytes, so 1023 of them and the header fit into 65535.
    const sizes = parts.map((part) => (part.body.type === "flow" ? part.body.flows.length : 0));
    expect(sizes).toEqual([1023, 1023, 454]);
    expect(parts.map((part) => part.more)).toEqual([true, true, false]);
    expect(parts.flatMap((part) => (part.body.type === "flow" ? part.body.flows : []))).toEqual(
      flows,
    );
    for (const part of parts) {
      expect(encodeMessage(OPENFLOW_1_3, 0, part).length).toBeLessThanOrEqual(65_535);
    }
  });

  test("is cut in the same places where elements differ in size, even the longest there can be", () => {
    // A flow with one output action takes 24 bytes more, each further one 16.
    const flows = Array.from({ length: 900 }, (_, index) => {
      const outputs = index % 97 === 0 ? 4_080 : index % 7;
      const actions = Array.from({ length: outputs }, () => output);
      return { ...flowStats(index), instructions: [{ type: "apply-actions", actions } as const] };
    });
    const sizeOf = (part: readonly FlowStats[]): number => {
      const body = { type: "flow", flows: part } as const;
      return encodeMessage(OPENFLOW_1_3, 0, { type: "multipart-reply", more: false, body }).length;
    };
    const header = sizeOf([]);
    const wanted: number[] = [0];
    let room = 65_535 - header;
    for (const flow of flows) {
      const bytes = sizeOf([flow]) - header;
      if (bytes > room) {
        wanted.push(0);
        room = 65_535 - header;
      }
      wanted.push((wanted.pop() ?? 0) + 1);
      room -= bytes;
    }
    const parts = multipartParts(OPENFLOW_1_3, { type: "flow", flows });
    const found = parts.map(({ body }) => (body.type === "flow" ? body.flows : []));
    expect(found.map(({ length }) => length)).toEqual(wanted);
    expect(found.flat()).toEqual(flows);
  });

  test("that is no list goes out as it is", () => {
    const body = { type: "aggregate", packetCount: 1n, byteCount: 2n, flowCount: 3 } as const;
    expect(multipartParts(OPENFLOW_1_3, body)).toEqual([
      { type: "multipart-reply", more: false, body },
    ]);
  });
});
