import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandwidth } from "../../../src/model/bandwidth.ts";
import { always } from "../../../src/model/interval.ts";
import { claimOf, planNetwork, pruneTree, reload } from "../../../src/pce/index.ts";
import { load, loadOf } from "../brute-force.ts";
import { settingOf, worlds } from "../worlds.ts";

const GROUPS = worlds({ hosts: { min: 2, max: 5 }, isPlain: true });

describe("pruneTree", { timeout: 60_000 }, () => {
  test("leaves the links that lie between the endpoints that stay, and reserves for those alone", () => {
    fc.assert(
      fc.property(GROUPS, fc.nat(4), (world, gone) => {
        const { topology, ledger, linkState, request } = settingOf(world);
        const planned = planNetwork(topology, ledger, linkState, request);
        if (planned.isErr()) return;
        const hosts = world.hosts.filter((_, at) => at !== gone);
        const rest = request.endpoints.filter((_, at) => at !== gone);
        const pruned = pruneTree(topology, planned.value, rest, request);
        const before = world.links.filter((link) =>
          planned.value.links.some((one) => one.link === link.id),
        );
        const between = before.filter((link) => {
          const { forward, backward } = loadOf(
            { ...world, hosts: hosts.map((host) => ({ ...host, rate: 1 })) },
            before,
            link,
          );
          return forward > 0 && backward > 0;
        });
        expect(pruned.links).toEqual(
          between.map((link) => ({
            link: link.id,
            label: planned.value.links.find((one) => one.link === link.id)?.label,
            ...loadOf({ ...world, hosts }, between, link),
          })),
        );
        expect(pruned.endpoints.map(({ hostPort }) => hostPort)).toEqual(
          hosts.map((host) => `${host.id}:eth0`),
        );
        expect(pruned.vlan).toBe(planned.value.vlan);
      }),
      { numRuns: 300 },
    );
  });
});

describe("reload", { timeout: 60_000 }, () => {
  test("keeps the tree and its labels, and reserves for the new rates", () => {
    fc.assert(
      fc.property(GROUPS, fc.integer({ min: 1, max: 9 }), (world, rate) => {
        const { topology, ledger, linkState, request } = settingOf(world);
        const planned = planNetwork(topology, ledger, linkState, request);
        if (planned.isErr()) return;
        const hosts = world.hosts.map((host) => ({ ...host, rate }));
        const endpoints = request.endpoints.map((one) => ({ ...one, bandwidth: bandwidth(rate) }));
        const reloaded = reload(topology, planned.value, endpoints, request);
        const links = world.links.filter((link) =>
          planned.value.links.some((one) => one.link === link.id),
        );
        expect(reloaded.links).toEqual(
          planned.value.links.map((one, at) => ({
            ...one,
            ...links.slice(at, at + 1).map((link) => loadOf({ ...world, hosts }, links, link))[0],
          })),
        );
        for (const [at, host] of hosts.entries()) {
          const others = hosts.filter((_, other) => other !== at);
          const port = reloaded.ports.find((one) => one.port === `${host.node}:${host.id}`);
          expect(port?.out).toBe(load({ ...world, hosts }, others, [host]));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("claimOf", { timeout: 60_000 }, () => {
  test("claims every reservation and label of the plan, and nothing of no bandwidth", () => {
    fc.assert(
      fc.property(GROUPS, (world) => {
        const { topology, ledger, linkState, request } = settingOf(world);
        const planned = planNetwork(topology, ledger, linkState, request);
        if (planned.isErr()) return;
        const { links, ports, endpoints } = planned.value;
        const claim = claimOf(planned.value, "x", always);
        const amounts = [
          ...links.flatMap((one) => [
            [`link ${one.link} forward`, one.forward],
            [`link ${one.link} backward`, one.backward],
          ]),
          ...ports.flatMap((one) => [
            [`port ${one.port} in`, one.in],
            [`port ${one.port} out`, one.out],
          ]),
        ].filter(([, amount]) => amount !== 0);
        expect(claim.bandwidth.map((one) => [one.channel, one.amount])).toEqual(amounts);
        expect(claim.labels.map((one) => `${one.space}/${one.label}`)).toEqual([
          ...links.map((one) => `link ${one.link}/${one.label}`),
          ...endpoints.map(({ attachment: at }) => `port ${at.port}/${at.tag}`),
        ]);
        expect(claim).toMatchObject({ holder: "x", interval: always });
      }),
      { numRuns: 100 },
    );
  });
});
