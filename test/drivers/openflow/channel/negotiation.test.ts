import fc from "fast-check";
import { expect, test } from "vitest";
import { agreeVersion } from "../../../../src/drivers/openflow/channel/negotiation.ts";

test("of the versions that both list, the highest is agreed, whatever the headers say", () => {
  expect(agreeVersion([4], { highest: 6, listed: [1, 4, 5, 6] })).toBe(4);
  expect(agreeVersion([1, 4, 5], { highest: 6, listed: [1, 4, 6] })).toBe(4);
});

test("with a peer that lists versions but none of ours there is none, though its header would do", () => {
  expect(agreeVersion([4], { highest: 6, listed: [1, 5, 6] })).toBeUndefined();
  expect(agreeVersion([4], { highest: 4, listed: [] })).toBeUndefined();
});

test("with a peer that lists none it is the lower of the two highest, if we speak that", () => {
  expect(agreeVersion([1, 4], { highest: 6, listed: undefined })).toBe(4);
  expect(agreeVersion([1, 4], { highest: 4, listed: undefined })).toBe(4);
  expect(agreeVersion([1, 4], { highest: 1, listed: undefined })).toBe(1);
  expect(agreeVersion([1, 4], { highest: 3, listed: undefined })).toBeUndefined();
});

test("the order of our list does not matter", () => {
  const version = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.uniqueArray(version), fc.array(version), (ours, listed) => {
      const theirs = { highest: 4, listed };
      const agreed = agreeVersion(ours, theirs);
      expect(agreeVersion(ours.toReversed(), theirs)).toBe(agreed);
      const common = ours.filter((v) => listed.includes(v));
      expect(agreed).toBe(common.length === 0 ? undefined : Math.max(...common));
    }),
  );
});
