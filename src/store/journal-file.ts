import { dirname } from "node:path";
import type { Disk, DiskFile } from "./disk.ts";

/**
 * A file that grows at its end, or is replaced as a whole. Both are on the disk when the promise is
 * fulfilled. After a rejection nobody knows what the disk holds: open it anew.
 */
export class JournalFile {
  readonly #disk: Disk;
  readonly #path: string;
  #file: DiskFile;

  private constructor(disk: Disk, path: string, file: DiskFile) {
    this.#disk = disk;
    this.#path = path;
    this.#file = file;
  }

  /** Opens a file that is there, and cuts it to its first `bytes`. */
  static async open(disk: Disk, path: string, bytes: number): Promise<JournalFile> {
    const file = await disk.open(path);
    await file.truncate(bytes);
    await file.sync();
    // Whoever gave it this name may have died before that was on the disk.
    await disk.syncFolder(dirname(path));
    return new JournalFile(disk, path, file);
  }

  /** Makes a file of `content`, in place of the one that may be there. */
  static async create(disk: Disk, path: string, content: Uint8Array): Promise<JournalFile> {
    return new JournalFile(disk, path, await replaceFile(disk, path, content));
  }

  async append(content: Uint8Array): Promise<void> {
    await this.#file.append(content);
    await this.#file.sync();
  }

  async replace(content: Uint8Array): Promise<void> {
    const old = this.#file;
    this.#file = await replaceFile(this.#disk, this.#path, content);
    await old.close();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** At every moment the path names the old file or the new one, whole. */
async function replaceFile(disk: Disk, path: string, content: Uint8Array): Promise<DiskFile> {
  const draft = `${path}.new`;
  await disk.write(draft, content);
  await disk.rename(draft, path);
  await disk.syncFolder(dirname(path));
  return disk.open(path);
}
