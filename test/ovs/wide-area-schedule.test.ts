import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/index.ts";
import { sleep } from "../lab/frame-port.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { value } from "../lab/scenario.ts";
import type { Station } from "../lab/station.ts";
import { campus, startWideArea, type WideArea } from "../lab/wide-area.ts";
import type { Dialect } from "../support/simulated-wan.ts";

/** A domain for each dialect, side by side between two campuses; no link takes two of the networks. */
const domains: Readonly<Record<string, Dialect>> = {
  "wan-nsi": "nsi",
  "wan-rest": "rest",
  "wan-idcp": "idcp",
  "wan-timer": "idcp-timer",
};
const wans = Object.keys(domains);
const edges = ["west", "east"];
const hostPorts = [1, 2, 3, 4];
const MBPS_60 = 60_000_000;

const document = {
  format: "dcns-topology/1",
  domains: [
    ...edges.map((id) => ({ id, driver: "openflow" })),
    ...wans.map((id) => ({ id, driver: "oscars" })),
  ],
  nodes: [
    ...edges.map((id, at) => campus(id, at + 1, [...hostPorts, 10, 11, 12, 13])),
    ...wans.map((id) => ({
      ...{ id, domain: id, branching: false },
      ports: edges.map((edge, at) => ({ id: edge, ofPort: at + 1, vlans: "200-209" })),
    })),
  ],
  links: edges.flatMap((edge) =>
    wans.map((wan, at) => ({
      ...{ id: `${edge}-${wan}`, a: `${edge}:${10 + at}`, b: `${wan}:${edge}` },
      capacity: "100Mbps",
    })),
  ),
  hosts: edges.flatMap((edge) =>
    hostPorts.map((port) => ({ host: `${edge}${port}`, nic: "eth0", port: `${edge}:${port}` })),
  ),
};

/** What is asked for sooner than a minute before its start is asked for from now on. */
const AHEAD_MS = 66_000;
/** Long enough to send frames in. */
const LASTS_MS = 20_000;

describeWithOvs(
  "networks that are promised across somebody else's domains, on Open vSwitch",
  () => {
    let lab: OvsLab;
    let its: WideArea;
    let pairs: readonly (readonly [Station, Station])[];

    beforeAll(async () => {
      lab = await OvsLab.start(document);
      const stations: (readonly [Station, Station])[] = [];
      for (const port of hostPorts) {
        const at = (edge: string) => lab.addStation({ at: `${edge}${port}:eth0`, vlan: 101 });
        stations.push([await at("west"), await at("east")]);
      }
      pairs = stations;
      its = await startWideArea(lab, document, "nsi", { dialects: domains });
    });
    afterAll(async () => {
      await its?.agent.close();
      await lab?.close();
    });

    /** Pings that come back, of each pair. */
    const received = async (count: number): Promise<readonly number[]> => {
      const reports = await Promise.all(
        pairs.map(async ([west, east]) => {
          await west.forgetNeighbours();
          return west.ping(east, count);
        }),
      );
      return reports.map((report) => report.received);
    };
    const flowsInWans = async (): Promise<readonly number[]> => {
      await its.idle();
      return Promise.all(wans.map(async (wan) => (await lab.dump(wan, "flows")).length));
    };
    const until = (instant: number): Promise<void> =>
      sleep(Math.max(0, instant - systemClock.now()));

    test("have no frame pass before their start, all between, and none after their end", {
      timeout: 180_000,
    }, async () => {
      const { agent } = its;
      const start = systemClock.now() + AHEAD_MS;
      const schedule = { start, end: start + LASTS_MS };
      for (const port of hostPorts) {
        const ends = edges.map((edge) => `${edge}${port}:eth0`);
        const project = `p${port}`;
        value(await agent.setupPhysicalNetwork(project, ends, MBPS_60, 101, { schedule }));
      }
      expect(systemClock.now()).toBeLessThan(start - 60_000);
      const crossed = agent.listNetworks().map(({ segments }) => {
        const [wan] = segments.filter(({ domain }) => wans.includes(domain));
        return wan?.isPromised === true ? wan.domain : undefined;
      });
      expect(crossed.sort()).toEqual([...wans].sort());
      expect(await received(1)).toEqual([0, 0, 0, 0]);
      await until(start - 3_000);
      expect(await received(1)).toEqual([0, 0, 0, 0]);
      expect(await flowsInWans()).toEqual([0, 0, 0, 0]);
      await until(start + 3_000);
      expect(await flowsInWans()).toEqual([2, 2, 2, 2]);
      expect(await received(10)).toEqual([10, 10, 10, 10]);
      expect(systemClock.now()).toBeLessThan(schedule.end);
      await until(schedule.end + 3_000);
      expect(await received(1)).toEqual([0, 0, 0, 0]);
      expect(agent.listNetworks()).toEqual([]);
      await its.idle();
      expect([...its.wans.values()].flatMap(({ server }) => server.ids)).toEqual([]);
      expect(await lab.census()).toEqual({ flows: 0, groups: 0, meters: 0 });
    });
  },
);
