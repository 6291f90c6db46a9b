import { err, ok, okAsync, type Result, ResultAsync } from "neverthrow";
import type { NetworkNumber } from "../../model/ids.ts";
import { networkOfCookie } from "./compile/cookie.ts";
import { itemsOf, mergeDiffs, type ProgramDiff, sizeOfDiff } from "./compile/diff.ts";
import type { Holdings } from "./compile/holdings.ts";
import { emptyProgram, flowKey } from "./compile/program.ts";
import type { Converged, Prepared, Sent } from "./network-change.ts";
import type { SessionError } from "./session-error.ts";
import type { NetworkOnSwitch, RulesSource } from "./switch-network.ts";
import { problemsOf } from "./switch-problem.ts";
import { rivalsOf } from "./switch-rivals.ts";
import type { SendingErrors } from "./switch-sender.ts";
import type { SwitchTools } from "./switch-tools.ts";
import type { OfMessage } from "./wire/message.ts";

/** A network that is to be brought to what is wanted. */
export interface Task {
  readonly network: NetworkNumber;
  readonly its: NetworkOnSwitch;
  readonly rules: RulesSource;
  /** Raised when nobody waits for it any more. */
  readonly signal: AbortSignal;
}

/** What came of a task among others. */
export type Outcome =
  | { readonly type: "ended"; readonly converged: Converged }
  /** It was sent, and the switch does not show it yet. */
  | { readonly type: "unseen"; readonly sent: Sent }
  /** The switch refused something of it, or it is not known of what. */
  | { readonly type: "refused" }
  /** There was no room for it, or it came to nothing because of others. */
  | { readonly type: "again" };

/** Reads everything of ours that the switch holds. */
export type ReadAll = () => ResultAsync<Holdings, SessionError>;

/** How many items are changed at once, at most; a network with more is changed all the same. */
const MAX_ITEMS = 8_192;

/**
 * Brings networks of one switch, on which nothing else is under way, to what is wanted: what differs
 * of all of them is sent at once, in one bundle where the switch has bundles, and everything is read
 * once after that. None fails because of another: where something is refused, those that it does not
 * concern are to be tried again.
 *
 * The outcomes are in the order of the tasks.
 */
export async function bringTogether(
  tools: SwitchTools,
  holdings: ReadAll,
  tasks: readonly Task[],
): Promise<readonly Outcome[]> {
  const read: ReadAll = () =>
    ResultAsync.combine([tools.reader.barrier(), holdings()]).map(([, held]) => held);
  const known = await makeCertain(tasks, read);
  if (known.isErr()) return tasks.map(() => failed([known.error]));
  const outcomes = new Map<Task, Outcome>();
  const end = (task: Task, converged: Converged): void => {
    outcomes.set(task, { type: "ended", converged });
  };
  const prepared = prepareAll(tools, tasks, end);
  const rivals = await rivalsOf(
    tools,
    prepared.flatMap(({ diff }) => diff.flows.missing),
  );
  if (rivals.isErr()) return tasks.map((task) => outcomes.get(task) ?? failed([rivals.error]));
  const free = prepared.filter(({ task, diff }) => {
    const inTheWay = rivals.value.size === 0 ? [] : diff.flows.missing;
    const problems = inTheWay.flatMap((flow) => rivals.value.get(flowKey(flow)) ?? []);
    if (problems.length > 0) end(task, err(problems));
    return problems.length === 0;
  });
  const sent = await send(tools, free, read);
  for (const one of free) {
    const outcome = sent.isOk() ? concluded(one, sent.value) : unsent(one, sent.error, free);
    outcomes.set(one.task, outcome);
  }
  return tasks.map((task) => outcomes.get(task) ?? { type: "again" });
}

/** A task of which it is known what is to be sent. */
interface PreparedTask extends Prepared {
  readonly task: Task;
}

/** Reads the switch if of some network it is not known what there is. */
async function makeCertain(
  tasks: readonly Task[],
  read: ReadAll,
): Promise<Result<void, SessionError>> {
  const unknown = tasks.filter(({ its }) => !its.isCertain);
  if (unknown.length === 0) return ok();
  const found = await read();
  if (found.isErr()) return err(found.error);
  const { networks, orphans } = found.value;
  for (const { network, its } of unknown) {
    its.assume(networks.get(network) ?? emptyProgram, orphans);
  }
  return ok();
}

/** What is to be sent, of as many as are changed at once; the others have to wait. */
function prepareAll(
  { session, retired }: SwitchTools,
  tasks: readonly Task[],
  end: (task: Task, converged: Converged) => void,
): readonly PreparedTask[] {
  const all: PreparedTask[] = [];
  let room = Math.min(MAX_ITEMS, session.commandsAtOnce);
  for (const task of tasks) {
    if (room <= 0) break;
    if (task.signal.aborted || retired.aborted) {
      end(task, err(problemsOf({ type: "aborted" })));
      continue;
    }
    const prepared = task.its.prepare(task.rules());
    if (prepared.isErr()) {
      end(task, err(prepared.error));
      continue;
    }
    all.push({ ...prepared.value, task });
    room -= sizeOfDiff(prepared.value.mods);
  }
  return all;
}

function send(
  { sender, retired }: SwitchTools,
  prepared: readonly PreparedTask[],
  read: ReadAll,
): ResultAsync<Holdings, SendingErrors> {
  if (prepared.length === 0) return okAsync({ networks: new Map(), orphans: emptyProgram });
  const meters = new Map(prepared.flatMap(({ held }) => [...held.meters]));
  const mods = mergeDiffs(prepared.map((one) => one.mods));
  return sender.sendOnce(mods, { meters }, read, retired);
}

function concluded({ task, wanted, diff }: PreparedTask, read: Holdings): Outcome {
  const its = read.networks.get(task.network) ?? emptyProgram;
  const { held, isDone } = task.its.conclude(its, read.orphans, wanted);
  return isDone
    ? { type: "ended", converged: ok([diff]) }
    : { type: "unseen", sent: { wanted, diff, held } };
}

/** What becomes of a task when what was sent with it came to nothing, or to a half. */
function unsent(one: PreparedTask, errors: SendingErrors, all: readonly PreparedTask[]): Outcome {
  if (!errors.every(({ type }) => REFUSALS.has(type))) return failed(errors);
  const refused = errors.flatMap((error) => ("rejections" in error ? error.rejections : []));
  const isRefused = ({ task, mods }: PreparedTask): boolean =>
    refused.some(({ request }) => concerns(request, task.network, mods));
  return isRefused(one) || !all.some(isRefused) ? { type: "refused" } : { type: "again" };
}

/** Errors after which the switch is there all the same. */
const REFUSALS: ReadonlySet<SendingErrors[number]["type"]> = new Set([
  "batch-rejected",
  "bundle-refused",
  "too-many-outstanding",
]);

/** Whether a message is one of those that make up a network's change. */
function concerns(request: OfMessage, network: NetworkNumber, mods: ProgramDiff): boolean {
  switch (request.type) {
    case "flow-mod":
      return networkOfCookie(request.cookie) === network;
    case "group-mod":
      return itemsOf(mods.groups).some(({ group }) => group === request.group);
    case "meter-mod":
      return itemsOf(mods.meters).some(({ meter }) => meter === request.meter);
    default:
      return false;
  }
}

function failed(errors: SendingErrors): Outcome {
  return { type: "ended", converged: err(errors.flatMap(problemsOf)) };
}
