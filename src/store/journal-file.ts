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

  /**
   * Opens a file that is there, and cuts it off after `tail`, which begins at the byte `from`. That
   * was written last, and may not be on the disk though it can be read: after a sync that failed, the
   * next one does not write what the failed one was to write (fsync(2), EIO). So it is written again.
   */
  static async open(
    disk: Disk,
    path: string,
    from: number,
    tail: Uint8Array,
  ): Promise<JournalFile> {
    const file = await disk.open(path);
    await file.truncate(from + tail.length);
    await file.sync();
    if (tail.length > 0) await disk.rewrite(path, from, tail);
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
