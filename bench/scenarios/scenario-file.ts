import { readFileSync } from "node:fs";
import type { Question } from "./answers.ts";
import { Fabric, type FabricData } from "./fabric.ts";

/** Some questions to one network. */
export interface Quiz {
  readonly fabric: Fabric;
  readonly questions: readonly Question[];
}

/** A query of a scenario file, with its exact answer. */
type Query = { readonly src: string; readonly dst: string; readonly bw: number } & (
  | { readonly type: "p2p"; readonly translate: boolean; readonly cost: number | null }
  | { readonly type: "mp2mp"; readonly terminals: readonly string[]; readonly cost: number | null }
  | { readonly type: "disjoint-pair"; readonly mode: "link" | "node"; readonly cost: number | null }
  | { readonly type: "ksp"; readonly k: number; readonly costs: readonly number[] }
);

/**
 * The queries of a scenario, by the networks they mean: without translation, with it, and with VLANs
 * ignored. With translation the answers are of ways through (node, tag) pairs, so walks. None of a file without queries.
 */
export function scenarioQuizzes(file: string): readonly Quiz[] {
  const data: FabricData & { readonly queries?: readonly Query[] } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const { queries } = data;
  if (queries === undefined) return [];
  const isTranslated = (query: Query): boolean => query.type === "p2p" && query.translate;
  const isBlind = ({ type }: Query): boolean => type === "disjoint-pair" || type === "ksp";
  const rigid = queries.filter((query) => !isTranslated(query) && !isBlind(query));
  const open = data.links.map((link) => ({ ...link, vlans: "1-4094" }));
  return [
    { fabric: new Fabric({ ...data, translators: [] }), questions: rigid.map(questionOf) },
    { fabric: new Fabric(data), questions: queries.filter(isTranslated).map(questionOf) },
    {
      fabric: new Fabric({ ...data, translators: [], links: open }),
      questions: queries.filter(isBlind).map(questionOf),
    },
  ];
}

function questionOf(query: Query): Question {
  const { bw: amount } = query;
  const ends = [query.src, query.dst] as const;
  if (query.type === "ksp") {
    return { type: "ksp", ends, amount, count: query.k, costs: query.costs };
  }
  const costs = query.cost === null ? [] : [query.cost];
  switch (query.type) {
    case "p2p":
      return { type: query.translate ? "p2p-walk" : "p2p", ends, amount, costs };
    case "mp2mp":
      return { type: "tree", terminals: query.terminals, amount, costs };
    case "disjoint-pair":
      return { type: `disjoint-${query.mode}`, ends, amount, costs };
    default:
      return query satisfies never;
  }
}
