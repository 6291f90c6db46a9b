import type { DcnsError } from "../model/errors.ts";
import type { ProjectId } from "../model/ids.ts";
import { currentOf } from "../network/record.ts";
import type { AgentParts } from "./assemble.ts";
import { Deadline } from "./deadline.ts";

/** Restores one network, in the order of the calls on its project. */
export async function restore(
  { calls, serial, clock, closing, operationTimeoutMs: timeoutMs }: AgentParts,
  project: ProjectId,
): Promise<{ readonly project: ProjectId; readonly error?: DcnsError }> {
  return serial.run(project, async () => {
    const deadline = new Deadline(clock, {
      operation: "restoration",
      timeoutMs,
      closing: closing.signal,
    });
    const restored = await calls.restore(project, deadline);
    deadline[Symbol.dispose]();
    return restored.isErr() ? { project, error: restored.error } : { project };
  });
}

/**
 * Restores the networks that asked for it and are not sound, the oldest first. For whenever something
 * has changed for the worse or for the better: a network without another way waits for the next time.
 */
export function restoreHurt(parts: AgentParts): void {
  const { registry } = parts;
  const hurt = registry.records().filter((record) => {
    const current = currentOf(record);
    return current?.spec.protection === "restore" && !registry.isSound(current);
  });
  const byAge = hurt.sort((x, y) => x.number - y.number);
  for (const { project } of byAge) void restore(parts, project);
}
