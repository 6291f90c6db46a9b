import { err, ok, type Result } from "neverthrow";
import * as v from "valibot";
import type { Claim } from "../ledger.ts";
import type { Bypasses } from "../pce/index.ts";
import type { Backup, Realisation } from "./realisation.ts";
import type { NetworkRecord, Quarantine } from "./record.ts";
import { FORMAT, quarantineSchema, recordSchema } from "./record-schema.ts";

/** A JSON object, as a store keeps it. */
export type JsonObject = { readonly [key: string]: JsonValue };
type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** Writes a record for the store. */
export function recordToJson(record: NetworkRecord): JsonObject {
  const { project, number, createdAt, updatedAt, phase } = record;
  const base = { format: FORMAT, project, number, createdAt, updatedAt, phase };
  switch (record.phase) {
    case "setup":
    case "reserved":
    case "provision":
      return { ...base, target: realisationToJson(record.target) };
    case "reserving":
      return {
        ...base,
        target: realisationToJson(record.target),
        ...(record.before === undefined ? {} : { before: realisationToJson(record.before) }),
      };
    case "modify":
      return {
        ...base,
        current: realisationToJson(record.current),
        target: realisationToJson(record.target),
        claim: claimToJson(record.claim),
        ...(record.mode === undefined ? {} : { mode: record.mode }),
      };
    case "stable":
      return { ...base, current: realisationToJson(record.current) };
    case "teardown":
      return {
        ...base,
        current: realisationToJson(record.current),
        ...(record.isReserved === undefined ? {} : { isReserved: record.isReserved }),
      };
  }
}

/** Reads what {@link recordToJson} wrote; the error says what is wrong with it. */
export function recordFromJson(value: unknown): Result<NetworkRecord, string> {
  return read(recordSchema, value);
}

/** Writes a quarantine for the store. */
export function quarantineToJson(quarantine: Quarantine): JsonObject {
  const { id, project, number, claim, pending } = quarantine;
  return { format: FORMAT, id, project, number, claim: claimToJson(claim), pending };
}

/** Reads what {@link quarantineToJson} wrote; the error says what is wrong with it. */
export function quarantineFromJson(value: unknown): Result<Quarantine, string> {
  return read(quarantineSchema, value);
}

function realisationToJson({ generation, spec, plan, backup, bypasses }: Realisation): JsonObject {
  const { vlan, endpoints, links, ports, cost } = plan;
  const { schedule, rateSteps, ...asked } = spec;
  return {
    generation,
    spec: {
      ...asked,
      ...(schedule === undefined ? {} : { schedule: { ...schedule } }),
      ...(rateSteps === undefined ? {} : { rateSteps: rateSteps.map((one) => ({ ...one })) }),
      endpoints: spec.endpoints.map(({ macs, ...one }) => ({
        ...one,
        ...(macs === undefined ? {} : { macs: [...macs] }),
      })),
      vlans: spec.vlans.toString(),
    },
    plan: {
      vlan,
      endpoints: endpoints.map((one) => ({ ...one, attachment: { ...one.attachment } })),
      links: links.map((one) => ({ ...one })),
      ports: ports.map((one) => ({ ...one })),
      cost,
    },
    ...(backup === undefined ? {} : { backup: backupToJson(backup) }),
    ...(bypasses === undefined ? {} : { bypasses: bypassesToJson(bypasses) }),
  };
}

function backupToJson({ links, returning }: Backup): JsonObject {
  return {
    links: links.map((one) => ({ ...one })),
    returning: returning.map((one) => ({ ...one })),
  };
}

function bypassesToJson({ ways, links }: Bypasses): JsonObject {
  return {
    ways: ways.map(({ ends, links: own }) => ({
      ends: ends.map((end) => ({ ...end })),
      links: own.map((one) => ({ ...one })),
    })),
    links: links.map((one) => ({ ...one })),
  };
}

/** A claim as it is stored; an end of its interval that is absent is never. */
function claimToJson({ holder, interval, bandwidth: amounts, labels }: Claim): JsonObject {
  return {
    holder,
    ...(Number.isFinite(interval.start) ? { from: interval.start } : {}),
    ...(Number.isFinite(interval.end) ? { until: interval.end } : {}),
    bandwidth: amounts.map((one) => ({ ...one })),
    labels: labels.map((one) => ({ ...one })),
  };
}

function read<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Result<T, string> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  return err(`${v.getDotPath(issue) ?? "record"}: ${issue.message}`);
}
