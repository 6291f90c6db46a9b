import { existsSync, readFileSync } from "node:fs";
import type { Question } from "./answers.ts";
import { Fabric } from "./fabric.ts";
import type { Quiz } from "./scenario-file.ts";

/** The distances and the Steiner trees that are known of a large graph, from files beside it. */
export function scaleQuizzes(file: string): readonly Quiz[] {
  const [head = "", ...edges] = linesOf(file);
  const count = Number(head.trim().split(/\s+/)[0]);
  const links = edges.map((line, index) => {
    const [a = "", b = "", metric = ""] = line.trim().split(/\s+/);
    return { id: `${index}`, a, b, metric: Number(metric), residual: 1, vlans: "1-4094" };
  });
  const nodes = Array.from({ length: count }, (_, index) => String(index));
  const beside = (ending: string): readonly string[] =>
    linesOf(file.replace(/\.el$/, ending)).slice(1);
  const questions = [...beside(".p2p.csv").map(distance), ...beside(".steiner.csv").map(tree)];
  return questions.length === 0
    ? []
    : [{ fabric: new Fabric({ nodes, translators: [], links }), questions }];
}

function distance(line: string): Question {
  const [from = "", to = "", cost = ""] = line.split(",");
  return { type: "p2p", ends: [from, to], amount: 1, costs: costsOf(cost) };
}

function tree(line: string): Question {
  const [, terminals = "", cost = ""] = line.split(",");
  return { type: "tree", terminals: terminals.split(";"), amount: 1, costs: costsOf(cost) };
}

/** No costs where it says in some way that there is nothing. */
function costsOf(text: string): readonly number[] {
  const cost = text.trim() === "" ? Number.NaN : Number(text);
  return cost >= 0 && Number.isFinite(cost) ? [cost] : [];
}

function linesOf(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
}
