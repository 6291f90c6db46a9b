import { type FileHandle, open, readFile, realpath, rename, writeFile } from "node:fs/promises";
import type { Disk, DiskFile } from "./disk.ts";
import { acquireLock } from "./file-lock.ts";
import { hasCode } from "./system-error.ts";

/** The disk of this machine. */
export const nodeDisk: Disk = {
  resolve: (path) =>
    realpath(path).catch((cause) => (hasCode(cause, "ENOENT") ? path : Promise.reject(cause))),
  read: (path) =>
    readFile(path).catch((cause) => (hasCode(cause, "ENOENT") ? undefined : Promise.reject(cause))),
  write: (path, content) => writeFile(path, content, { flush: true }),
  rename: (from, to) => rename(from, to),
  syncFolder: async (path) => {
    const folder = await open(path, "r");
    await folder.sync().finally(() => folder.close());
  },
  rewrite: async (path, from, content) => {
    const file = await open(path, "r+");
    await writeAll(file, from, content).finally(() => file.close());
  },
  open: async (path) => new NodeFile(await open(path, "a")),
  lock: (path) => acquireLock(path),
};

async function writeAll(file: FileHandle, from: number, content: Uint8Array): Promise<void> {
  for (let done = 0; done < content.length; ) {
    const left = content.length - done;
    done += (await file.write(content, done, left, from + done)).bytesWritten;
  }
  await file.datasync();
}

class NodeFile implements DiskFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  append(content: Uint8Array): Promise<void> {
    return this.#handle.appendFile(content);
  }

  truncate(bytes: number): Promise<void> {
    return this.#handle.truncate(bytes);
  }

  /** The length of a file is on the disk with its data: fdatasync(2). */
  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
