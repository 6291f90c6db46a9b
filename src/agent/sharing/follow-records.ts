import type { Result } from "neverthrow";
import { networkNumber } from "../../model/ids.ts";
import type { NetworkRecord } from "../../network/record.ts";
import { quarantineFromJson, recordFromJson } from "../../network/record-json.ts";
import type { StoreChange, StoredRecord } from "../../store/store.ts";
import { NETWORK, QUARANTINE } from "../journal.ts";
import type { Registry } from "../registry.ts";
import type { StoreView } from "./store-view.ts";

/** What a follower tells. */
export interface FollowerEvents {
  /** A record has been put by another agent, or is gone. */
  readonly changed: (before: NetworkRecord | undefined, after: NetworkRecord | undefined) => void;
  /** A record that cannot be read: from then on the picture is not to be relied on. */
  readonly unreadable: (message: string) => void;
}

/** Has a registry know what other agents write, until disposed. */
export function followRecords(
  view: StoreView,
  registry: Registry,
  events: FollowerEvents,
): Disposable {
  const hear = ({ puts, deletes }: Pick<StoreChange, "puts" | "deletes">): void => {
    const under = (prefix: string): readonly StoredRecord[] =>
      puts.filter(({ key }) => key.startsWith(prefix));
    const goneUnder = (prefix: string): readonly number[] =>
      deletes.flatMap((key) => (key.startsWith(prefix) ? Number(key.slice(prefix.length)) : []));
    for (const number of goneUnder(NETWORK)) forget(registry, number, events);
    for (const id of goneUnder(QUARANTINE)) endQuarantine(registry, id);
    adopt(registry, valuesOf(under(NETWORK), recordFromJson, events), events);
    for (const quarantine of valuesOf(under(QUARANTINE), quarantineFromJson, events)) {
      registry.quarantine(quarantine);
    }
  };
  hear({ puts: [...view.under(NETWORK), ...view.under(QUARANTINE)], deletes: [] });
  return view.subscribe(hear);
}

function valuesOf<T>(
  records: readonly StoredRecord[],
  read: (value: unknown) => Result<T, string>,
  { unreadable }: FollowerEvents,
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
  { changed }: FollowerEvents,
): void {
  const before = records.map(({ project }) => registry.record(project));
  for (const record of before) if (record !== undefined) registry.drop(record.project);
  registry.adopt(records, []);
  for (const [n, record] of records.entries()) changed(before[n], record);
}

function forget(registry: Registry, number: number, { changed }: FollowerEvents): void {
  const record = registry.records().find((one) => one.number === networkNumber(number));
  if (record === undefined) return;
  registry.drop(record.project);
  changed(record, undefined);
}

function endQuarantine(registry: Registry, id: number): void {
  for (const node of registry.topology.nodes.keys()) {
    registry.clean(node, (quarantine) => quarantine.id === networkNumber(id));
  }
}
