import { describe, expect, test } from "vitest";
import { Mastership, type RoleHolder } from "../../src/testing/role.ts";

describe("mastership", () => {
  test("begins equal, with no generation", () => {
    const one: RoleHolder = { role: "equal" };
    const asked = new Mastership().claim(one, [one], { role: "no-change", generationId: 0n });
    expect(asked._unsafeUnwrap()).toEqual({ role: "equal", generationId: 2n ** 64n - 1n });
  });

  test("demotes the old master when another claims", () => {
    const mastership = new Mastership();
    const old: RoleHolder = { role: "equal" };
    const next: RoleHolder = { role: "equal" };
    mastership.claim(old, [old, next], { role: "master", generationId: 1n });
    mastership.claim(next, [old, next], { role: "master", generationId: 2n });
    expect([old.role, next.role]).toEqual(["slave", "master"]);
  });

  test("refuses a claim older than the last one, and remembers it when everybody is gone", () => {
    const mastership = new Mastership();
    const one: RoleHolder = { role: "equal" };
    mastership.claim(one, [one], { role: "master", generationId: 11n });
    const late: RoleHolder = { role: "equal" };
    const claim = mastership.claim(late, [late], { role: "master", generationId: 10n });
    expect(claim._unsafeUnwrapErr()).toEqual({ kind: "role-request-failed", code: "stale" });
    expect(late.role).toBe("equal");
  });

  test("compares generations by their signed distance, as measured on Open vSwitch", () => {
    const mastership = new Mastership();
    const one: RoleHolder = { role: "equal" };
    const claim = (generationId: bigint): boolean =>
      mastership.claim(one, [one], { role: "master", generationId }).isOk();
    expect(claim(0xbn)).toBe(true);
    expect(claim(0x8000000000000011n)).toBe(false);
    expect(claim(2n ** 63n)).toBe(true);
    expect(claim(2n ** 64n - 1n)).toBe(true);
    expect(claim(5n)).toBe(true);
  });

  test("does not know roles without a name", () => {
    const one: RoleHolder = { role: "equal" };
    const claim = new Mastership().claim(one, [one], { role: 9, generationId: 0n });
    expect(claim._unsafeUnwrapErr().code).toBe("bad-role");
  });
});
