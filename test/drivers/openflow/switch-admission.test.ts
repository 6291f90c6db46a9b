import { describe, expect, test } from "vitest";
import {
  refusalOf,
  type SwitchIdentity,
  type SwitchPeer,
} from "../../../src/drivers/openflow/switch-admission.ts";

const peer = (remote: string, commonName?: string, fingerprint256 = "AB:CD"): SwitchPeer => ({
  remote,
  ...(commonName !== undefined && { certificate: { commonName, fingerprint256 } }),
});
const BOUND = "its certificate is not the one that its datapath id is bound to";

describe("a datapath id that is bound to a certificate", () => {
  test.each<[string, SwitchPeer, SwitchIdentity, boolean]>([
    ["no certificate", peer("a:1"), { commonName: "s1" }, false],
    ["the right name", peer("a:1", "s1"), { commonName: "s1" }, true],
    ["another name", peer("a:1", "s2"), { commonName: "s1" }, false],
    ["the right print", peer("a:1", "s1"), { fingerprint256: "abcd" }, true],
    ["another print", peer("a:1", "s1", "AB:CE"), { fingerprint256: "AB:CD" }, false],
    [
      "the name, but not the print",
      peer("a:1", "s1"),
      { commonName: "s1", fingerprint256: "00" },
      false,
    ],
  ])("%s", (_, newcomer, identity, isTaken) => {
    expect(refusalOf(newcomer, identity, undefined)).toBe(isTaken ? undefined : BOUND);
  });
});

describe("a datapath id whose switch is connected", () => {
  test.each<[string, SwitchPeer, SwitchPeer, boolean]>([
    ["goes to who comes from the same address", peer("192.0.2.1:9"), peer("192.0.2.1:8"), true],
    ["not to another address", peer("192.0.2.2:9"), peer("192.0.2.1:8"), false],
    ["goes to the same certificate elsewhere", peer("b:9", "s1"), peer("a:8", "s1"), true],
    ["not to another certificate", peer("a:9", "s1", "00"), peer("a:8", "s1"), false],
    ["not to who has none", peer("a:9"), peer("a:8", "s1"), false],
  ])("%s", (_, newcomer, present, isTaken) => {
    const refusal = isTaken ? undefined : `its datapath id is in use by ${present.remote}`;
    expect(refusalOf(newcomer, undefined, present)).toBe(refusal);
  });
});
