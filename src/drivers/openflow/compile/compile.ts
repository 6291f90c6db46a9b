import { err, ok, type Result } from "neverthrow";
import type { NetworkNumber, PortRef } from "../../../model/ids.ts";
import type { ForwardingRule } from "../../../model/segment.ts";
import { portsOf } from "./count-items.ts";
import type { Draft } from "./draft.ts";
import { draftOf } from "./draft-rules.ts";
import type { PortNumbers, PortQueues } from "./exits.ts";
import { missingQueues } from "./missing-queues.ts";
import { type CompileProblem, refusalsOf, refusalsOfDraft } from "./refusals.ts";
import { type Learning, programmed, type SwitchProfile } from "./switch-profile.ts";

/** Where and under which marks flows are installed, and how generous policers are. */
export interface CompileOptions {
  /** The first table of the pipeline. */
  readonly table: number;
  readonly priority: number;
  /** The upper 16 bits of every cookie. */
  readonly cookiePrefix: number;
  /** How long a full-rate burst every meter lets through, in milliseconds. */
  readonly burstMs: number;
  /** How long a learned address is remembered after it was last seen, in seconds. */
  readonly agingS: number;
  /** Who learns addresses; the switch where it can when absent. */
  readonly learning?: Learning;
  /** The queues by which frames are to leave; none when absent. */
  readonly queues?: PortQueues;
  /** What the switch can do. */
  readonly profile: SwitchProfile;
}

/**
 * Compiles what one node does for one network into flows, groups and meters.
 *
 * Every fault found is reported: ports without a number, and what the switch cannot do.
 */
export function compileNode(
  rules: readonly ForwardingRule[],
  network: NetworkNumber,
  ports: PortNumbers,
  options: CompileOptions,
): Result<Draft, readonly CompileProblem[]> {
  const missing = [...missingPorts(rules, ports), ...missingQueues(rules, ports, options)];
  if (missing.length > 0) return err([...missing, ...refusalsOf(rules, options)]);
  const profile = programmed(options.profile, options.learning ?? "either");
  const draft = draftOf(
    rules,
    network,
    ports,
    profile === options.profile ? options : { ...options, profile },
  );
  const refused = refusalsOfDraft(rules, draft, options, options.table);
  return refused.length > 0 ? err(refused) : ok(draft);
}

function missingPorts(
  rules: readonly ForwardingRule[],
  ports: PortNumbers,
): readonly CompileProblem[] {
  const missing = new Set<PortRef>();
  for (const rule of rules) {
    for (const port of portsOf(rule)) if (!ports.has(port)) missing.add(port);
  }
  if (missing.size === 0) return NO_PROBLEMS;
  return [...missing].map((port) => {
    return { kind: "misconfigured", message: `the switch has no port for ${port}` };
  });
}

const NO_PROBLEMS: readonly CompileProblem[] = [];
