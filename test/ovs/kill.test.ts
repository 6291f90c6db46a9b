import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { OPENFLOW_1_3 } from "../../src/drivers/openflow/index.ts";
import { FileStore } from "../../src/index.ts";
import { seededRandom } from "../../src/testing/index.ts";
import type { AgentReport, AgentTask } from "../lab/agent-process.ts";
import { fabricDocument } from "../lab/fabric-document.ts";
import { sleep } from "../lab/frame-port.ts";
import { openFlowVersions, speakingOnly } from "../lab/openflow-versions.ts";
import { OvsLab } from "../lab/ovs-lab.ts";
import { describeWithOvs } from "../lab/require-ovs.ts";
import { eventually, holdings, startAgent, value } from "../lab/scenario.ts";

const ring = fabricDocument({
  links: { a: ["s1:10", "s2:10"], b: ["s2:11", "s3:10"], c: ["s3:11", "s1:11"] },
  hosts: { "e1:eth1": "s1:1", "e2:eth1": "s2:1", "e3:eth1": "s3:1", "e4:eth1": "s3:2" },
});
const hostPorts = ["e1:eth1", "e2:eth1", "e3:eth1", "e4:eth1"];

/** Runs an agent in a process of its own and kills it some ms after it has said `count` things. */
async function runAndKill(lab: OvsLab, task: AgentTask, count: number, afterMs: number) {
  const script = join(import.meta.dirname, "../lab/agent-process.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(task)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const reports: AgentReport[] = [];
  const lines = createInterface({ input: child.stdout });
  const hasSaid = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      const report: AgentReport = JSON.parse(line);
      reports.push(report);
      if (reports.length === count) resolve();
    });
  });
  await sleep(1_500);
  await lab.connect();
  await hasSaid;
  await sleep(afterMs);
  child.kill("SIGKILL");
  await exit;
  return reports;
}

describeWithOvs("an agent whose process is killed, on Open vSwitch", () => {
  test.each(openFlowVersions)(
    "leaves every network as it was or as it was asked for, and the next agent whole, with $protocol",
    {
      timeout: 180_000,
    },
    async (spoken) => {
      const setting = speakingOnly(spoken);
      const { version } = spoken;
      // What a killed agent leaves differs by version, when it is killed does not.
      const rounds = version === OPENFLOW_1_3 ? 4 : 1;
      const folder = await mkdtemp(join(tmpdir(), "dcns-kill-"));
      const journal = join(folder, "journal");
      const lab = await OvsLab.start(ring, setting.lab);
      const foreign = await holdings(lab);
      const random = seededRandom(7);
      let operations = 0;
      /** What each network may have for members: what was acknowledged last, and what was begun. */
      const possible = new Map<string, ReadonlySet<string>>();
      try {
        for (let round = 0; round < rounds; round += 1) {
          const listen = lab.controller;
          const task = { document: ring, listen, journal, version, seed: round, hostPorts };
          const reports = await runAndKill(
            lab,
            task,
            5 + Math.floor(random.next() * 10),
            random.next() * 20,
          );
          for (const report of reports) {
            if (report.says === "up") continue;
            const { says, project, members } = report;
            const before = possible.get(project) ?? new Set([""]);
            possible.set(
              project,
              new Set(says === "done" ? [`${members}`] : [...before, `${members}`]),
            );
            operations += says === "done" ? 1 : 0;
          }
          const store = value(await FileStore.open(journal));
          const agent = await startAgent(lab, ring, { ...setting, store });
          // A teardown that was interrupted goes on when its switches are there, and then ends.
          const isUnderWay = () => agent.listNetworks().some(({ state }) => state === "releasing");
          await eventually(() => !isUnderWay());
          const infos = agent.listNetworks();
          for (const [project, states] of possible) {
            const info = infos.find((one) => one.project === project);
            const members = (info?.endpoints ?? []).map(({ host, nic }) => `${host}:${nic}`).sort();
            expect([...states]).toContain(`${members}`);
            possible.set(project, new Set([`${members}`]));
          }
          for (const { project, state } of infos) {
            expect(state).toBe("active");
            expect(value(await agent.verifyNetwork(project)).consistent).toBe(true);
          }
          const held = await holdings(lab);
          await agent.close();
          const again = await startAgent(lab, ring, { ...setting, store });
          expect(await holdings(lab)).toEqual(held);
          if (round === rounds - 1) {
            for (const { project } of infos) value(await again.teardownPhysicalNetwork(project));
            expect(await holdings(lab)).toEqual(foreign);
          }
          await again.close();
          await store.close();
        }
        expect(operations).toBeGreaterThanOrEqual(rounds);
      } finally {
        await lab.close();
        await rm(folder, { recursive: true });
      }
    },
  );
});
