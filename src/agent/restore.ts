import type { DcnsError } from "../model/errors.ts";
import type { ProjectId } from "../model/ids.ts";
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
