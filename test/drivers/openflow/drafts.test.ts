import { expect, test } from "vitest";
import { Drafts } from "../../../src/drivers/openflow/drafts.ts";
import { programOptions } from "../../../src/drivers/openflow/driver-options.ts";
import { SwitchPorts } from "../../../src/drivers/openflow/switch-ports.ts";
import type { Port } from "../../../src/drivers/openflow/wire/port.ts";
import { OPENFLOW_1_3 } from "../../../src/drivers/openflow/wire/version.ts";
import type { Attachment } from "../../../src/model/attachment.ts";
import { networkNumber, nodeId, portOf, vlanId } from "../../../src/model/ids.ts";
import type { ForwardingRule } from "../../../src/model/segment.ts";
import { profileOf } from "../../support/switch-profiles.ts";

const options = programOptions({ listen: { host: "127.0.0.1", port: 0 } });
const profile = profileOf(OPENFLOW_1_3);
const network = networkNumber(7);
const view = {
  id: nodeId("s1"),
  ports: ["a", "b"].map((name) => ({ ref: portOf("s1", name), name })),
};

function port(name: string, number: number): Port {
  const hwAddr = "02:00:00:00:00:01";
  return { port: number, hwAddr, name, config: 0, state: 0, properties: [] };
}

function at(name: string): Attachment {
  return { node: nodeId("s1"), port: portOf("s1", name), tag: vlanId(100) };
}

function rules(): readonly ForwardingRule[] {
  return [{ ingress: at("a"), role: "trunk", egress: [at("b")] }];
}

test("what was found out about rules is used once, as it was", () => {
  const drafts = new Drafts(options, new SwitchPorts(view, [port("a", 1), port("b", 2)]));
  const asked = rules();
  expect(drafts.prepare(asked, network, profile)).toBe(true);
  const first = drafts.take(asked, network, profile)._unsafeUnwrap();
  const again = drafts.take(asked, network, profile)._unsafeUnwrap();
  expect(again).toEqual(first);
  expect(drafts.take(rules(), network, profile)._unsafeUnwrap()).toEqual(first);
});

test("of rules that cannot be carried nothing is kept", () => {
  const ports = new SwitchPorts(view, [port("a", 1)]);
  const drafts = new Drafts(options, ports);
  const asked = rules();
  expect(drafts.prepare(asked, network, profile)).toBe(false);
  expect(drafts.take(asked, network, profile).isErr()).toBe(true);
  ports.update({ type: "port-status", reason: "add", port: port("b", 2) });
  expect(drafts.take(asked, network, profile).isOk()).toBe(true);
});

test("what has changed since it was asked is not what was found out then", () => {
  const ports = new SwitchPorts(view, [port("a", 1), port("b", 2)]);
  const drafts = new Drafts(options, ports);
  const ask = () => {
    const asked = rules();
    drafts.prepare(asked, network, profile);
    return asked;
  };
  const ofSeven = drafts.take(ask(), network, profile)._unsafeUnwrap();
  const ofEight = drafts.take(ask(), networkNumber(8), profile)._unsafeUnwrap();
  expect(ofEight.flows.map(({ cookie }) => cookie)).not.toEqual(
    ofSeven.flows.map(({ cookie }) => cookie),
  );
  const asked = ask();
  expect(drafts.take(asked, network, { ...profile, tables: 0 }).isErr()).toBe(true);
  const before = ask();
  ports.update({ type: "port-status", reason: "delete", port: port("b", 2) });
  ports.update({ type: "port-status", reason: "add", port: port("b", 9) });
  const [flow] = drafts.take(before, network, profile)._unsafeUnwrap().flows;
  expect(flow?.actions).toContainEqual({ type: "output", port: 9, maxLen: 0 });
});
