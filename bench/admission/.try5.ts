import { seededRandom } from "dcns/testing";
import { greedyAdmitter } from "./greedy.ts";
import { acceptance } from "./simulation.ts";
import { tagWorkload } from "./tag-scarcity.ts";
import { readFabrics } from "./workload.ts";

const d = "/work/shared/data/pce/admission";
for (const f of readFabrics(d))
  for (const r of ["equal", "staggered"] as const) {
    const t = performance.now();
    const w = tagWorkload(f, r, 6000, seededRandom(1));
    const a = acceptance(w, greedyAdmitter(f, { ties: "lowest-node", tags: w.tags }));
    const b = acceptance(w, greedyAdmitter(f, { ties: "lowest-node", tags: w.tags, retries: 10 }));
    console.log(
      w.name,
      a.requests.toFixed(1),
      b.requests.toFixed(1),
      Math.round(performance.now() - t),
    );
  }
