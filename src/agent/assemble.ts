import { err, ok, type Result } from "neverthrow";
import type { DcnsError } from "../model/errors.ts";
import type { DomainId } from "../model/ids.ts";
import type { Segment } from "../model/segment.ts";
import { segmentIdOf } from "../network/forwarding.ts";
import { currentOf, isUnfinished, type NetworkRecord } from "../network/record.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { systemClock } from "../system-clock.ts";
import type { AgentOptions } from "./agent-options.ts";
import { type AgentParts, driversByDomain, termsOf, wire } from "./agent-parts.ts";
import { assembleShared } from "./assemble-shared.ts";
import { OwnBooks } from "./books.ts";
import { Deadline } from "./deadline.ts";
import { type Contents, Journal } from "./journal.ts";
import { journeyOf, standingOf, statesOf } from "./journey.ts";
import { optionFaults } from "./option-faults.ts";
import { recover } from "./recovery.ts";
import { Registry } from "./registry.ts";
import type { Transactions } from "./transaction.ts";

const DEFAULT_RECOVERY_TIMEOUT_MS = 5_000;

/** Puts an agent together, takes its drivers into service and ends what was left unfinished. */
export async function assemble(options: AgentOptions): Promise<Result<AgentParts, DcnsError>> {
  const faults = optionFaults(options);
  if (faults.length > 0) return err({ type: "invalid-request", faults });
  const { sharing } = options;
  return sharing === undefined ? assembleAlone(options) : assembleShared(options, sharing);
}

async function assembleAlone(options: AgentOptions): Promise<Result<AgentParts, DcnsError>> {
  const journal = new Journal(options.store ?? new MemoryStore(), options.clock ?? systemClock);
  const contents = await journal.load();
  if (contents.isErr()) return err(contents.error);

  const registry = new Registry(options.topology, termsOf(options));
  const { transactions, parts } = wire(options, {
    registry,
    drivers: driversByDomain(options),
    books: (changed) => new OwnBooks(registry, journal, changed),
    isTurn: () => true,
  });
  parts.registry.adopt(contents.value.networks, contents.value.quarantines);
  const attached = await attach(parts, contents.value);
  const recovered = attached.isErr() ? attached : await finishWork(options, parts, transactions);
  if (recovered.isErr()) {
    parts.watch[Symbol.dispose]();
    await parts.books.close();
    await Promise.all([...parts.drivers.values()].map((driver) => driver.close()));
    return err(recovered.error);
  }
  const { topology } = parts.registry;
  for (const node of contents.value.quarantines.flatMap(({ pending }) => pending)) {
    if (!topology.nodes.has(node)) parts.watch.gone(node);
  }
  parts.watch.startResuming();
  for (const record of parts.registry.records()) parts.scheduler.changed(undefined, record);
  parts.scheduler.start();
  const stray = parts.registry.records().filter((record) => {
    const current = currentOf(record);
    return current !== undefined && !parts.registry.canStay(current);
  });
  void parts.restorer.restore(stray.map(({ project }) => project));
  return ok(parts);
}

/** Gives every driver its domain, and what its domain must hold. */
async function attach(
  { registry, drivers, watch, clock }: AgentParts,
  { networks, quarantines }: Contents,
): Promise<Result<void, DcnsError>> {
  const { topology } = registry;
  for (const [domain, driver] of drivers) {
    watch.follow(domain, driver);
    const segments = networks.flatMap((record) => stayingSegment(registry, record, domain));
    const leaving = networks.flatMap((record) => leavingSegment(registry, record, domain));
    const changing = networks.filter(({ phase }) => phase === "modify" || phase === "reserving");
    const unsettled = [...changing, ...quarantines].map((owner) => segmentIdOf(owner, domain));
    const context = { domain: topology.domainView(domain), clock, segments, leaving, unsettled };
    const attached = await driver.attach(context);
    if (attached.isErr()) return err(attached.error);
  }
  return ok(undefined);
}

function stayingSegment(
  registry: Registry,
  record: NetworkRecord,
  domain: DomainId,
): readonly Segment[] {
  if (record.phase === "teardown") return [];
  const segment = standingOf(registry, record).get(domain);
  return segment === undefined ? [] : [segment];
}

/** What a domain may hold of a network that nothing is to stay of. */
function leavingSegment(
  registry: Registry,
  record: NetworkRecord,
  domain: DomainId,
): readonly Segment[] {
  if (!isUnfinished(record) || record.phase === "modify") return [];
  const states = statesOf(journeyOf(registry, record));
  const last = states.findLast((state) => state.has(domain))?.get(domain);
  return last === undefined ? [] : [last];
}

async function finishWork(
  options: AgentOptions,
  { clock, registry, watch }: AgentParts,
  transactions: Transactions,
): Promise<Result<void, DcnsError>> {
  const timeoutMs = options.recoveryTimeoutMs ?? DEFAULT_RECOVERY_TIMEOUT_MS;
  const deadline = new Deadline(clock, { operation: "recovery", timeoutMs });
  const { signal } = deadline;
  const ended = await recover(registry.records(), { registry, transactions, watch, signal });
  deadline[Symbol.dispose]();
  return ended;
}
