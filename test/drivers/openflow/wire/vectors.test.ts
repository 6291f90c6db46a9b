import { describe, expect, test } from "vitest";
import { judge } from "../../../../scripts/vectors/judge.ts";
import { vectorReport } from "../../../../scripts/vectors/main.ts";
import { loadVectors } from "../../../../scripts/vectors/vector.ts";
import { MessageSplitter } from "../../../../src/drivers/openflow/wire/message-splitter.ts";
import { describeWithTshark } from "../../../support/tshark.ts";
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

describeWithTshark("a message that does not keep its bytes", () => {
  const flowMod = [
    ...["040e0038", "00000001", "0".repeat(32), "00000000", "00000001", "f".repeat(24)],
    ...["0000", "0000", "00010004", "00000000"],
  ].join("");
  const judged = (hex: string) =>
    judge({ file: "", kind: "message", hex, version: "1.3", type: "", subtype: "" });

  test.each([46, 47, 52, 55])("is excused for byte %i, which tshark takes for padding", (at) => {
    expect(judged(flowMod)).toEqual({ decoded: true, roundTripped: true });
    const changed = `${flowMod.slice(0, 2 * at)}07${flowMod.slice(2 * at + 2)}`;
    const { disagreement, excuse } = judged(changed);
    expect(disagreement).toBeUndefined();
    expect(excuse).toContain(`at byte ${at}`);
  });

  test("is not excused where tshark takes what changes for something", () => {
    const name = Buffer.from("eth0\0left over\0\0").toString("hex");
    const port = ["00000001", "00000000", "020000000001", "0000", name, "0".repeat(64)].join("");
    const { excuse, disagreement } = judged(`040c005000000001${"0".repeat(16)}${port}`);
    expect(excuse).toBeUndefined();
    expect(disagreement).toContain("encodes differently");
  });
});
