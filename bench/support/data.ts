import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/**
 * The folder of input data with this name: inside the folder that `--data` names, or that folder
 * itself; without `--data`, in the shared data beside the repository. `undefined` if there is none.
 */
export function dataFolder(data: string | undefined, name: string): string | undefined {
  const { DCNS_SHARED } = process.env;
  const root = resolve(data ?? join(DCNS_SHARED ?? "../shared", "data/pce"));
  if (basename(root) === name && existsSync(root)) return root;
  const inside = join(root, name);
  return existsSync(inside) ? inside : undefined;
}

/** The files of a folder whose names end with `ending`, in order; none without a folder. */
export function filesOf(folder: string | undefined, ending: string): readonly string[] {
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

/** The files whose names end with `ending` in a folder and those inside it, in order; or the file itself. */
export function filesBelow(path: string | undefined, ending: string): readonly string[] {
  if (path === undefined) return [];
  const isFile = statSync(path).isFile();
  const files = isFile
    ? [path]
    : readdirSync(path, { recursive: true, encoding: "utf8" }).map((name) => join(path, name));
  return files.filter((file) => file.endsWith(ending)).sort();
}
