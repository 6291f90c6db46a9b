import * as v from "valibot";
import type { Fault } from "../model/errors.ts";
import { domainId } from "../model/ids.ts";
import { Topology } from "../topology.ts";

/** What is wrong with the options of a start; they come from code that no compiler may have seen. */
export function optionFaults(options: unknown): readonly Fault[] {
  const parsed = v.safeParse(agentOptions, options);
  if (parsed.success) {
    const { topology, drivers, sharing } = parsed.output;
    const faults = driverFaults(topology, drivers);
    return sharing === undefined ? faults : [...faults, ...soloDrivers(drivers)];
  }
  return parsed.issues.map((issue) => ({
    path: issue.path?.map(({ key }) => String(key)) ?? [],
    value: issue.input,
    message: issue.message,
  }));
}

/** What keeps these drivers from serving this topology. */
export function driverFaults(
  topology: unknown,
  drivers: Readonly<Record<string, unknown>>,
): readonly Fault[] {
  if (!(topology instanceof Topology)) {
    return [{ path: ["topology"], value: topology, message: NO_TOPOLOGY }];
  }
  const missing = [...topology.domains.keys()].filter((domain) => !Object.hasOwn(drivers, domain));
  const strangers = Object.keys(drivers).filter((name) => !topology.domains.has(domainId(name)));
  return [
    ...missing.map((domain) => ({
      path: ["drivers", domain],
      value: undefined,
      message: "this domain of the topology needs a driver",
    })),
    ...strangers.map((name) => ({
      path: ["drivers", name],
      value: name,
      message: "is not a domain of the topology",
    })),
  ];
}

/** Drivers of domains that only one agent at a time can serve. */
function soloDrivers(drivers: Readonly<Record<string, unknown>>): readonly Fault[] {
  const solo = Object.entries(drivers).filter(
    ([, one]) => !["setRole", "setDomainRole"].some((name) => isFunction(Object(one), name)),
  );
  return solo.map(([name]) => ({
    path: ["drivers", name],
    value: name,
    message: "cannot be shared: neither it nor its nodes have masters",
  }));
}

function isFunction(of: object, name: string): boolean {
  return typeof Reflect.get(of, name) === "function";
}

const NO_TOPOLOGY = "must be a Topology";

const driver = v.pipe(
  methods(
    "must be a driver",
    ...[
      "attach",
      "updateDomain",
      "capabilities",
      "cost",
      "provision",
      "release",
      "verify",
      "subscribe",
      "close",
    ],
  ),
  v.check((one) => {
    const unit: unknown = Reflect.get(Object(one), "bandwidthUnit");
    return unit === undefined || (Number.isSafeInteger(unit) && Number(unit) > 0);
  }, "must have a bandwidthUnit of whole bit/s, or none"),
);
const timeoutMs = v.optional(
  v.pipe(v.number(), v.minValue(1), v.maxValue(2 ** 31 - 1, "must be a time that timers can take")),
);

const count = v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)));

const agentOptions = v.strictObject({
  topology: v.custom<Topology>((value) => value instanceof Topology, NO_TOPOLOGY),
  drivers: v.record(v.string(), driver),
  store: v.optional(methods("must be a store", "load", "commit", "close")),
  clock: v.optional(methods("must be a clock", "now", "setTimeout", "clearTimeout")),
  griPrefix: v.optional(v.string()),
  operationTimeoutMs: timeoutMs,
  rollbackTimeoutMs: timeoutMs,
  recoveryTimeoutMs: timeoutMs,
  restorationWindowMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(60_000))),
  restorationBudgetMs: timeoutMs,
  flapDamping: v.optional(
    v.union([
      v.literal(false),
      v.strictObject({
        halfLifeMs: timeoutMs,
        suppressAt: v.optional(v.pipe(v.number(), v.minValue(1))),
        reuseBelow: v.optional(v.pipe(v.number(), v.minValue(1))),
        maxHoldMs: timeoutMs,
      }),
    ]),
  ),
  nodeGraceMs: v.optional(v.union([v.literal(false), v.pipe(v.number(), v.minValue(0))])),
  drainMs: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(60_000))),
  limits: v.optional(
    v.strictObject({
      ...{ maxNetworks: count, maxCalls: count, maxQuarantines: count, maxProbes: count },
    }),
  ),
  sharing: v.optional(
    v.strictObject({
      agentId: v.pipe(v.string(), v.regex(/^[^/]+$/, "must be a name without a slash")),
      leaseMs: v.optional(v.pipe(v.number(), v.minValue(1_000), v.maxValue(3_600_000))),
    }),
  ),
});

/** An object that has these methods. */
function methods(message: string, ...names: readonly string[]): v.GenericSchema<unknown> {
  return v.custom<unknown>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === "function"),
    message,
  );
}
