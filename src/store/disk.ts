import type { Result } from "neverthrow";
import type { FileLock } from "./file-lock.ts";

/** The files of a machine, for a `FileStore`. Promises are rejected where the file system refuses. */
export interface Disk {
  /** What a path leads to where it is a symbolic link; itself where it is none, or there is nothing. */
  resolve(path: string): Promise<string>;
  /** All of a file; undefined where there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Makes a file of `content`, on the disk when fulfilled; its name may not be until the folder is. */
  write(path: string, content: Uint8Array): Promise<void>;
  /** At every moment `to` names the one file or the other. */
  rename(from: string, to: string): Promise<void>;
  /** The names in a folder are on the disk when fulfilled. */
  syncFolder(path: string): Promise<void>;
  /** Writes a part of a file that is there once more, in its place; on the disk when fulfilled. */
  rewrite(path: string, from: number, content: Uint8Array): Promise<void>;
  /** Opens a file that is there, to write at its end. */
  open(path: string): Promise<DiskFile>;
  /** Takes the lock file `path`, or says who is in the way. */
  lock(path: string): Promise<Result<FileLock, string>>;
}

/** A file that is written at its end. Until `sync`, a crash may leave any part of it, or lose it. */
export interface DiskFile {
  append(content: Uint8Array): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** All that was written is on the disk when fulfilled. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
