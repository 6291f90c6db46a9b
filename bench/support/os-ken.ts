import { spawnSync } from "node:child_process";

/** The Python that has os-ken, if one has: that of the path, or Debian's. */
export function pythonWithOsKen(): string | undefined {
  return ["python3", "/usr/bin/python3"].find(
    (python) => spawnSync(python, ["-c", "import os_ken"]).status === 0,
  );
}
