import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { err, ok } from "neverthrow";
import { describe, expect, test } from "vitest";
import { VlanSet } from "../../src/model/vlan-set.ts";
import type { NsiPolicy } from "../../src/nsi-provider/index.ts";
import { errorOf, value } from "../support/testbed.ts";
import { RawPeer, reserve } from "./raw-peer.ts";
import { members, NETWORK_B, NSA_A, TwoClouds } from "./two-clouds.ts";

/** What each peer may have. */
interface Right {
  readonly stps: readonly string[];
  readonly mbps: number;
  readonly vlans: VlanSet;
}

const everything: Right = {
  stps: [`${NETWORK_B}:uplink`, `${NETWORK_B}:server`],
  mbps: 500,
  vlans: VlanSet.all,
};

function policyOf(rights: Readonly<Record<string, Right>>): NsiPolicy {
  return {
    admits: ({ requesterNSA }) => requesterNSA in rights,
    allows: ({ requesterNSA }, { capacity, ends }) => {
      const right = rights[requesterNSA];
      if (right === undefined) return err("nobody we know");
      const stp = ends.find((end) => !right.stps.includes(end.stp));
      if (stp !== undefined) return err(`not for you: ${stp.stp}`);
      if (capacity > right.mbps) return err(`${right.mbps} Mbit/s at most`);
      const foreign = ends.some(({ vlans }) => vlans !== undefined && !right.vlans.includes(vlans));
      return foreign ? err(`no VLANs but ${right.vlans}`) : ok(undefined);
    },
  };
}

const withRight = (right: Partial<Right>) => ({
  policy: policyOf({ [NSA_A]: { ...everything, ...right } }),
});

describe("a provider's policy", () => {
  test.each([
    ["a place", { stps: [`${NETWORK_B}:uplink`] }, `not for you: ${NETWORK_B}:server`],
    ["a rate", { mbps: 99 }, "99 Mbit/s at most"],
    ["a label", { vlans: VlanSet.range(105, 109) }, "no VLANs but 105-109"],
  ] as const)(
    "keeps %s from a peer, which hears why, and has nothing",
    async (_what, right, reason) => {
      await using its = await TwoClouds.start(withRight(right));
      const asked = its.a.setupPhysicalNetwork("p", members, "100Mbps", 101);
      const { causes } = errorOf(await its.clock.until(asked), "driver-failed");
      expect(causes.map(({ message }) => message).join()).toContain(reason);
      await its.clock.advance(60_000);
      its.expectNothing();
    },
  );

  test.each([
    ["a rate", { mbps: 100 }],
    ["a label", { vlans: VlanSet.range(101, 109) }],
  ] as const)("gives a peer just %s that it may have", async (_what, right) => {
    await using its = await TwoClouds.start(withRight(right));
    const asked = its.a.setupPhysicalNetwork("p", members, "100Mbps", 101);
    const info = value(await its.clock.until(asked));
    expect(its.copies(info)).toEqual([1, 1]);
    // A higher rate is asked about anew; what there is stays.
    if (right === undefined || !("mbps" in right)) return;
    const more = await its.clock.until(its.a.modifyPhysicalNetwork("p", [], [], "101Mbps"));
    expect(more.isErr()).toBe(true);
    expect(its.b.listNetworks()).toMatchObject([{ state: "active", bandwidth: 100_000_000 }]);
    expect(its.copies(info)).toEqual([1, 1]);
  });

  test("is each peer's own", async () => {
    const policy = policyOf({ [NSA_A]: { ...everything, mbps: 10 }, other: everything });
    await using its = await TwoClouds.start({ policy });
    const asked = its.a.setupPhysicalNetwork("p", members, "100Mbps");
    expect((await its.clock.until(asked)).isErr()).toBe(true);
    value(await its.clock.until(its.a.setupPhysicalNetwork("p", members, "10Mbps")));
  });
});

/** Somebody who asks a provider with this policy by hand. */
async function asking(policy: NsiPolicy) {
  const its = await TwoClouds.start({ policy });
  const own = new RawPeer(its);
  return { its, own, [Symbol.asyncDispose]: () => its[Symbol.asyncDispose]() };
}

const errorIdOf = (answer: string): string => /<errorId>(\d+)</.exec(answer)?.[1] ?? answer;
const anybody = { admits: () => true, allows: () => ok(undefined) };

/** What a host application's code may do instead of answering. */
const throws = (): never => {
  throw new Error("the database has password sesame");
};
const broken: Readonly<Record<string, () => never>> = {
  throws,
  rejects: () => Promise.reject(new Error("the database has password sesame")) as never,
  "says what is no answer": () => "yes" as never,
  "never answers": () => new Promise(() => {}) as never,
};

describe("a policy that does not answer", () => {
  test.each(Object.keys(broken))("allows nothing where it %s", async (how) => {
    const failures: unknown[] = [];
    const heard = (message: unknown): void => void failures.push(message);
    subscribe("dcns:nsi-provider:policy-failed", heard);
    const policies = [
      { ...anybody, admits: broken[how] },
      { ...anybody, allows: broken[how] },
    ] as readonly NsiPolicy[];
    for (const policy of policies) {
      await using one = await asking(policy);
      expect(errorIdOf(await one.own.ask(reserve({})))).toMatch(/^00(500|302)$/);
      expect(one.own.said.join()).not.toContain("sesame");
      expect(one.own.heard()).toEqual([]);
      expect(one.its.b.listNetworks()).toEqual([]);
    }
    unsubscribe("dcns:nsi-provider:policy-failed", heard);
    expect(failures.length > 0).toBe(how !== "never answers");
  });

  test("is asked again for the next request", async () => {
    let isDown = true;
    const allows = async () => (isDown ? Promise.reject(new Error("down")) : ok(undefined));
    await using one = await asking({ ...anybody, allows });
    expect(errorIdOf(await one.own.ask(reserve({})))).toBe("00500");
    isDown = false;
    await one.own.reserve();
    expect(one.own.heard()).toEqual(["reserveConfirmed"]);
  });
});

describe("a policy that takes its time", () => {
  /** Waits for a second before it says yes. */
  const slow = (its: () => TwoClouds): NsiPolicy => ({
    admits: () => Promise.resolve(true),
    allows: () =>
      new Promise((resolve) => its().clock.setTimeout(() => resolve(ok(undefined)), 1_000)),
  });

  test("lets nobody do twice what was sent twice meanwhile", async () => {
    const found: TwoClouds[] = [];
    await using one = await asking(slow(() => found[0] as TwoClouds));
    found.push(one.its);
    const text = one.own.message(reserve({}));
    const answers = await Promise.all([one.own.post(text), one.own.post(text)]);
    const [first, second] = answers.map(({ body }) => /<connectionId>([^<]*)</.exec(body)?.[1]);
    expect(first).toBe(second);
    expect(one.its.b.listNetworks()).toHaveLength(1);
  });

  test("changes no connection that has changed meanwhile", async () => {
    const found: TwoClouds[] = [];
    await using one = await asking(slow(() => found[0] as TwoClouds));
    found.push(one.its);
    const { own, its } = one;
    const id = await own.reserve();
    await own.on("reserveCommit", id);
    const change = (capacity: string) =>
      own.ask(reserve({ connectionId: id, version: "1", capacity }));
    const answers = await Promise.all([change("200"), change("300")]);
    expect(answers.map(errorIdOf).filter((each) => each === "00201")).toHaveLength(1);
    expect(its.b.listNetworks()).toMatchObject([{ bandwidth: 200e6 }]);
    const [ended, changed] = await Promise.all([
      own.on("terminate", id),
      own.ask(reserve({ connectionId: id, version: "2" })),
    ]);
    expect(ended).toContain("acknowledgment");
    expect(errorIdOf(changed)).toMatch(/^0020[13]$/);
    expect(its.b.listNetworks()).toEqual([]);
  });
});

describe("what a policy sees", () => {
  test("is in whose name a peer asks, which is kept nowhere", async () => {
    const seen: unknown[] = [];
    const admits: NsiPolicy["admits"] = ({ sessionSecurity }) => {
      seen.push(sessionSecurity);
      return JSON.stringify(sessionSecurity).includes("sesame");
    };
    await using one = await asking({ ...anybody, admits });
    const saml = 'xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"';
    const value = (text: string) => `<a:AttributeValue>${text}</a:AttributeValue>`;
    const extensions = `<sessionSecurityAttr type="token" name="t"><a:Attribute ${saml} Name="token">${value("open")}${value("sesame")}</a:Attribute></sessionSecurityAttr>`;
    expect(errorIdOf(await one.own.ask(reserve({})))).toBe("00302");
    seen.length = 0;
    const id = await one.own.reserve({}, { extensions });
    await one.own.on("reserveCommit", id, { extensions });
    expect(seen).toContainEqual([
      { type: "token", name: "t", attributes: { token: ["open", "sesame"] } },
    ]);
    const kept = await one.its.clock.until(one.its.lifeOf("b").store.load());
    expect(JSON.stringify(kept._unsafeUnwrap())).toContain(id);
    expect(JSON.stringify(kept._unsafeUnwrap())).not.toContain("sesame");
  });

  test("is who reads the documents, where it wants to say", async () => {
    const read = async (one: { its: TwoClouds }, path: string, clientSubject: string) => {
      const request = { method: "GET", path, headers: new Map(), body: "", clientSubject };
      return (await one.its.clock.until(one.its.provider.handler(request))).status;
    };
    await using open = await asking(anybody);
    expect(await read(open, "/nsi/discovery", "CN=x")).toBe(200);
    const reads: NsiPolicy["reads"] = ({ document, clientSubject }) =>
      document === "discovery" || clientSubject === "CN=friend";
    await using shut = await asking({ ...anybody, reads });
    expect(await read(shut, "/nsi/discovery", "CN=x")).toBe(200);
    expect(await read(shut, "/nsi/topology", "CN=x")).toBe(403);
    expect(await read(shut, "/nsi/topology", "CN=friend")).toBe(200);
    await using failing = await asking({ ...anybody, reads: throws });
    expect(await read(failing, "/nsi/topology", "CN=friend")).toBe(403);
  });
});
