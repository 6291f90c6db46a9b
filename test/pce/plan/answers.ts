import { planNetwork } from "../../../src/pce/index.ts";
import { planted } from "../tree/planted-fabrics.ts";
import { settingOf } from "../worlds.ts";

/** Prints what requests by seed are answered: one line of JSON each. Run as a process by itself. */
const KINDS = [
  { sharing: "shared", hasLabels: true, hasCapacity: true },
  { sharing: "hose", hasLabels: false, hasCapacity: true },
  { sharing: "hose", hasLabels: true, hasCapacity: false },
] as const;

for (const [at, kind] of KINDS.entries()) {
  for (let seed = 0; seed < 6; seed++) {
    const world = planted(100 * at + seed, kind);
    const hosts = seed % 3 === 0 ? world.hosts.slice(0, 2) : world.hosts;
    const rates = seed % 2 === 0 ? hosts : hosts.map((host) => ({ ...host, rate: 4 * host.rate }));
    const setting = settingOf({ ...world, hosts: rates });
    const { topology, ledger, linkState, request } = setting;
    const answer = planNetwork(topology, ledger, linkState, request);
    process.stdout.write(`${JSON.stringify(answer.isOk() ? answer.value : answer.error)}\n`);
  }
}
