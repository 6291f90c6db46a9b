import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const { DCNS_SHARED } = process.env;

/** The folder with messages that other implementations made. */
export const vectorFolder: string = join(DCNS_SHARED ?? resolve("../shared"), "data/openflow");

/** Whether it is there. */
export const hasVectors: boolean = existsSync(join(vectorFolder, "messages.jsonl"));
