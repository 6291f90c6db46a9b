import { describe, expect, test } from "vitest";
import { vectorReport } from "../../../../scripts/vectors/main.ts";
import { loadVectors } from "../../../../scripts/vectors/vector.ts";
import { MessageSplitter } from "../../../../src/drivers/openflow/wire/message-splitter.ts";
import { bytesOf, hexOf } from "./golden.ts";
import { hasVectors, vectorFolder } from "./shared-vectors.ts";

describe.skipIf(!hasVectors)("the messages of other implementations", () => {
  test("each is what its index says and keeps its bytes, or is itself at fault", () => {
    const report = vectorReport(vectorFolder);
    expect(report.disagreements).toEqual([]);
    expect(report.roundTripped).toBeGreaterThan(2400);
    expect(report.decoded + report.excused.length).toBe(report.total);
  });

  test("those of the captured sessions come out of the stream as they went in", () => {
    const session = loadVectors(vectorFolder)
      .filter(({ file }) => file.startsWith("captures/session-"))
      .map(({ hex }) => hex);
    const stream = bytesOf(session.join(""));
    const messages = new MessageSplitter().push(stream)._unsafeUnwrap();
    expect(messages.map(hexOf)).toEqual(session);
  });
});
