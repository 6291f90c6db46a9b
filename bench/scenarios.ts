import { basename } from "node:path";
import { answerOf, isRight, type Question } from "./scenarios/answers.ts";
import { scaleQuizzes } from "./scenarios/scale-file.ts";
import { type Quiz, scenarioQuizzes } from "./scenarios/scenario-file.ts";
import type { Bench, BenchCase, BenchOptions, BenchReport } from "./support/bench.ts";
import { dataFolder, filesOf } from "./support/data.ts";
import { rounded, timeMs } from "./support/statistics.ts";

/** Compares every answer with exact ones that other programs computed. */
export const scenarios: Bench = {
  about: "answers to known questions on given networks: right and wrong",
  run,
};

async function run({ data, quick, progress }: BenchOptions): Promise<BenchReport> {
  const few = <T>(all: readonly T[]): readonly T[] => (quick ? all.slice(0, 1) : all);
  const cases: QuizCase[] = [];
  for (const file of few(filesOf(dataFolder(data, "pce-scenarios") ?? data, ".json"))) {
    cases.push(...(await answered(file, scenarioQuizzes)));
    progress(basename(file));
  }
  for (const file of quick ? [] : filesOf(dataFolder(data, "scale") ?? data, ".el")) {
    cases.push(...(await answered(file, scaleQuizzes)));
    progress(basename(file));
  }
  if (data !== undefined && cases.length === 0) throw new Error(`${data} has no questions`);
  const right = sum(cases.map((one) => one.right));
  const wrong = sum(cases.map((one) => one.wrong));
  return { cases, summary: { total: right + wrong, right, wrong } };
}

/** How the questions of one type to one network were answered. */
type QuizCase = BenchCase & { readonly right: number; readonly wrong: number };

/** The cases of a file; what cannot be read is one wrong answer, and the other files are asked all the same. */
async function answered(
  file: string,
  quizzes: (file: string) => readonly Quiz[],
): Promise<readonly QuizCase[]> {
  const cases: QuizCase[] = [];
  try {
    for (const quiz of quizzes(file)) cases.push(...(await casesOf(file, quiz)));
    return cases;
  } catch (error) {
    const failed = { total: 1, right: 0, wrong: 1, ms: 0, firstWrong: String(error) };
    return [...cases, { case: basename(file), type: "unread", ...failed }];
  }
}

/** One case for each type of question, with the first question that was answered wrongly. */
async function casesOf(file: string, { fabric, questions }: Quiz): Promise<readonly QuizCase[]> {
  const cases: QuizCase[] = [];
  for (const type of new Set(questions.map((question) => question.type))) {
    const asked = questions.filter((question) => question.type === type);
    const wrong: string[] = [];
    const ms = await timeMs(async () => {
      for (const question of asked) {
        const found = answerOf(fabric, question);
        if (!isRight(found, question.costs)) wrong.push(difference(question, found));
      }
    });
    cases.push({
      case: basename(file),
      type,
      total: asked.length,
      right: asked.length - wrong.length,
      wrong: wrong.length,
      ms: rounded(ms),
      firstWrong: wrong[0] ?? "",
    });
  }
  return cases;
}

function difference(question: Question, found: readonly number[]): string {
  const at = question.type === "tree" ? question.terminals : question.ends;
  return `${at.join(" ")}: ${found.join() || "none"}, not ${question.costs.join() || "none"}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
