import { err, ok, type Result } from "neverthrow";
import type { DcnsError } from "../model/errors.ts";
import type { NetworkRecord } from "../network/record.ts";
import type { Stage } from "../network/transition.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { systemClock } from "../system-clock.ts";
import type { AgentOptions } from "./agent-options.ts";
import { type AgentParts, driversByDomain, termsOf, type Wired, wire } from "./agent-parts.ts";
import { Deadline } from "./deadline.ts";
import { Registry } from "./registry.ts";
import { Sharing, type SharingEvents, type SharingOptions } from "./sharing/sharing.ts";

/**
 * Puts an agent together that shares its store. What others have left unfinished is not waited for:
 * it is seen to as soon as nobody else does.
 */
export async function assembleShared(
  options: AgentOptions,
  sharingOptions: SharingOptions,
): Promise<Result<AgentParts, DcnsError>> {
  const { topology, clock = systemClock, store = new MemoryStore() } = options;
  const registry = new Registry(topology, termsOf(options));
  let wired: Wired | undefined;
  const events: SharingEvents = {
    changed: (before, after) => wired?.changed(before, after),
    quarantineOver: (quarantine) => wired?.parts.watch.quarantinesOver([quarantine]),
    turnsChanged: () => wired?.fabricChanged(),
    take: async (record, begun) => {
      if (wired !== undefined) await take(wired, record, begun);
    },
  };
  const drivers = driversByDomain(options);
  const context = { options: sharingOptions, store, registry, drivers, clock };
  const opened = await Sharing.open(context, events);
  if (opened.isErr()) return err(opened.error);
  const sharing = opened.value;
  wired = wire(options, {
    registry,
    drivers: sharing.drivers,
    books: () => sharing.books,
    isTurn: (project) => sharing.isTurn(project),
  });
  const parts: AgentParts = { ...wired.parts, sharing };
  const attached = await attach(parts, sharing);
  const joined = attached.isErr() ? attached : await sharing.join(events);
  if (joined.isErr()) {
    parts.watch[Symbol.dispose]();
    await sharing.leave();
    await Promise.all([...parts.drivers.values()].map((driver) => driver.close()));
    return err(joined.error);
  }
  parts.watch.startResuming();
  for (const record of registry.records()) parts.scheduler.changed(undefined, record);
  parts.scheduler.start();
  return ok(parts);
}

async function attach(
  { registry, drivers, watch, clock }: AgentParts,
  sharing: Sharing,
): Promise<Result<void, DcnsError>> {
  for (const [domain, driver] of drivers) {
    watch.follow(domain, driver);
    const view = registry.topology.domainView(domain);
    const attached = await driver.attach({
      domain: view,
      clock,
      segments: sharing.segments(domain),
    });
    if (attached.isErr()) return err(attached.error);
  }
  return ok(undefined);
}

/** Ends what an agent had begun that is gone: a teardown is finished, all else undone. */
async function take(
  { parts, transactions }: Wired,
  record: NetworkRecord,
  begun: readonly Stage[],
): Promise<void> {
  if (record.phase !== "teardown") return void (await transactions.takeOver(record, begun));
  const { clock, calls, closing, operationTimeoutMs: timeoutMs } = parts;
  const limits = { operation: "teardown", timeoutMs, closing: closing.signal };
  const deadline = new Deadline(clock, limits);
  await calls.tearDown(record.project, false, deadline);
  deadline[Symbol.dispose]();
}
