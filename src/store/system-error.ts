/** Whether `cause` is what a system call failed with, `ENOENT` say. */
export function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && "code" in cause && cause.code === code;
}
