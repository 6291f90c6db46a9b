import type { Result } from "neverthrow";
import { type NetworkNumber, networkNumber } from "../../model/ids.ts";
import type { NetworkRecord, Quarantine } from "../../network/record.ts";
import { quarantineFromJson, recordFromJson } from "../../network/record-json.ts";
import type { StoreChange, StoredRecord } from "../../store/store.ts";
import { NETWORK, QUARANTINE } from "../journal.ts";
import type { Registry } from "../registry.ts";
import type { StoreView } from "./store-view.ts";

/** What a mirror tells. */
export interface MirrorEvents {
  /** A record has been put, by whichever agent, or is gone. */
  readonly changed: (before: NetworkRecord | undefined, after: NetworkRecord | undefined) => void;
  readonly quarantineOver: (quarantine: Quarantine) => void;
  /** A record that cannot be read: from then on the picture is not to be relied on. */
  readonly unreadable: (message: string) => void;
}

type Hearing = Pick<StoreChange, "puts" | "deletes">;

/** Has a registry know what is in a shared store, and nothing else, until disposed. */
export function mirrorRecords(
  view: StoreView,
  registry: Registry,
  events: MirrorEvents,
): Disposable {
  const silent = { ...events, changed: () => {} };
  hear(
    registry,
    { puts: [...view.under(NETWORK), ...view.under(QUARANTINE)], deletes: [] },
    silent,
  );
  return view.subscribe((change) => hear(registry, change, events));
}

function hear(registry: Registry, { puts, deletes }: Hearing, events: MirrorEvents): void {
  const under = (prefix: string): readonly StoredRecord[] =>
    puts.filter(({ key }) => key.startsWith(prefix));
  const goneUnder = (prefix: string): readonly NetworkNumber[] =>
    deletes.flatMap((key) =>
      key.startsWith(prefix) ? networkNumber(Number(key.slice(prefix.length))) : [],
    );
  const quarantines = valuesOf(under(QUARANTINE), quarantineFromJson, events);
  const known = new Set(quarantines.map(({ id }) => id));
  for (const number of goneUnder(NETWORK)) forget(registry, number, events);
  const over = goneUnder(QUARANTINE).flatMap((id) => registry.endQuarantine(id) ?? []);
  for (const id of known) registry.endQuarantine(id);
  adopt(registry, valuesOf(under(NETWORK), recordFromJson, events), events);
  for (const quarantine of quarantines) registry.quarantine(quarantine);
  for (const quarantine of over) events.quarantineOver(quarantine);
}

function valuesOf<T>(
  records: readonly StoredRecord[],
  read: (value: unknown) => Result<T, string>,
  { unreadable }: MirrorEvents,
): readonly T[] {
  return records.flatMap(({ key, value }) => {
    const parsed = read(value);
    if (parsed.isOk()) return [parsed.value];
    unreadable(`record ${key}: ${parsed.error}`);
    return [];
  });
}

/** What all of them had goes first: one may have what another has given up. */
function adopt(
  registry: Registry,
  records: readonly NetworkRecord[],
  { changed }: MirrorEvents,
): void {
  const before = records.map(({ project }) => registry.record(project));
  for (const record of before) if (record !== undefined) registry.drop(record.project);
  for (const [n, record] of records.entries()) registry.take(record, before[n]);
  for (const [n, record] of records.entries()) changed(before[n], record);
}

function forget(registry: Registry, number: NetworkNumber, { changed }: MirrorEvents): void {
  const record = registry.recordOf(number);
  if (record === undefined) return;
  registry.drop(record.project);
  changed(record, undefined);
}
