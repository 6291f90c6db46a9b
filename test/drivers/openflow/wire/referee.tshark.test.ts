import fc from "fast-check";
import { expect, test } from "vitest";
import { dissect } from "../../../../scripts/vectors/dissection.ts";
import { decodeMessage } from "../../../../src/drivers/openflow/wire/decode.ts";
import { encodeMessage } from "../../../../src/drivers/openflow/wire/encode.ts";
import {
  OPENFLOW_1_0,
  OPENFLOW_1_3,
  OPENFLOW_1_4,
  OPENFLOW_1_5,
} from "../../../../src/drivers/openflow/wire/version.ts";
import { describeWithTshark } from "../../../support/tshark.ts";
import { standardEnvelope } from "./arbitrary-versions.ts";
import { differences, fromMessage, fromTshark } from "./comparable.ts";
import { trusted } from "./tshark-faults.ts";

/** What must have been compared, else it all means nothing. */
const everywhere = ["header type", "header length", "header xid", "cookie", "priority", "action"];
const since13 = [...everywhere, "table", "group", "instruction"];
const withFields = [...since13, "field", "output", "ethertype", "weight"];

/** More messages where tshark reads but the beginning of many. */
const versions = [
  { name: "1.0", version: OPENFLOW_1_0, total: 500, compared: [...everywhere, "old match"] },
  { name: "1.3", version: OPENFLOW_1_3, total: 500, compared: withFields },
  { name: "1.4", version: OPENFLOW_1_4, total: 500, compared: withFields },
  { name: "1.5", version: OPENFLOW_1_5, total: 1500, compared: since13 },
] as const;

describeWithTshark("tshark as the referee", () => {
  test.each(versions)("of any messages of OpenFlow $name it reads in them what we do", (each) => {
    const { version, total, compared } = each;
    const seed = Date.now() % 2 ** 31;
    const messages = fc.sample(standardEnvelope(version), { numRuns: total, seed });
    const bytes = messages.map(({ xid, message }) => encodeMessage(version, xid, message));
    const dissections = dissect(bytes);
    expect(dissections).toHaveLength(total);

    const found = new Set<string>();
    const disagreements = dissections.flatMap((dissection, index) => {
      const wire = bytes[index] ?? new Uint8Array();
      const { fields, isPartial, complaints } = trusted(dissection);
      const theirs = fromTshark(fields);
      const ours = fromMessage(wire, decodeMessage(wire)._unsafeUnwrap());
      for (const name of theirs.keys()) found.add(name);
      const faults = [...complaints, ...differences(theirs, ours, isPartial)];
      return faults.map((fault) => `${fault}, in ${Buffer.from(wire).toString("hex")}`);
    });
    expect(disagreements, `seed ${seed}`).toEqual([]);
    expect([...found], `seed ${seed}`).toEqual(expect.arrayContaining([...compared]));
  });
});
