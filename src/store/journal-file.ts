import { type FileHandle, open, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * A file that grows at its end, or is replaced as a whole. Both are on the disk when the promise is
 * fulfilled. After a rejection nobody knows what the disk holds: open it anew.
 */
export class JournalFile {
  readonly #path: string;
  #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Opens a file that is there, and cuts it to its first `bytes`. */
  static async open(path: string, bytes: number): Promise<JournalFile> {
    const handle = await open(path, "a");
    await handle.truncate(bytes);
    await handle.sync();
    return new JournalFile(path, handle);
  }

  /** Makes a file of `content`, in place of the one that may be there. */
  static async create(path: string, content: Uint8Array): Promise<JournalFile> {
    return new JournalFile(path, await replaceFile(path, content));
  }

  async append(content: Uint8Array): Promise<void> {
    await this.#handle.appendFile(content);
    await this.#handle.datasync();
  }

  async replace(content: Uint8Array): Promise<void> {
    const old = this.#handle;
    this.#handle = await replaceFile(this.#path, content);
    await old.close();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** At every moment the path names the old file or the new one, whole. */
async function replaceFile(path: string, content: Uint8Array): Promise<FileHandle> {
  const draft = `${path}.new`;
  await writeFile(draft, content, { flush: true });
  await rename(draft, path);
  await syncFolder(dirname(path));
  return open(path, "a");
}

/** A rename is on the disk when the folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  await folder.sync().finally(() => folder.close());
}
