/**
 * The folder with the files of a run.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { FileError, InputError } from "../errors.ts";
import type { Trace } from "../train/trace.ts";
import { type FileContent, removeTemporaryFiles, writeAtomically } from "./atomic.ts";
import { fileReason, unwritable, unwritableFiles } from "./file_reason.ts";
import { FolderLock, inUse } from "./folder_lock.ts";
import { prettyJson, snakeCase } from "./json.ts";
import {
  checkFileName,
  COMMON_FILES,
  holdsRun,
  LOCK_FILE,
  RUN_FILE,
  runFiles,
  STATE_FOLDER,
  TRACE_FILE,
} from "./run_files.ts";
import { linkLatest, makeRunFolder, missingFolders, removeEmpty } from "./run_place.ts";
import { traceTable } from "./trace_csv.ts";
import { checkWritable } from "./writable_folder.ts";

/**
 * What to do with a run that a folder holds: `new` refuses the folder; `overwrite` removes the
 * run's files; `resume` keeps them, and refuses a folder that holds none.
 */
export type FolderMode = "new" | "overwrite" | "resume";

/** How to open a folder. */
export interface RunFolderOptions {
  /** What to do with a run that it holds. Default: `new`. */
  readonly mode?: FolderMode;
  /** Names of files that the run will write, beside those of every run. Default: none. */
  readonly files?: readonly string[];
}

/** Content of a file, or a function that makes it. */
export type FileMaker = FileContent | (() => FileContent | Promise<FileContent>);

/** How a folder was opened. */
interface Opening extends Required<RunFolderOptions> {
  /** Folders that were made for the run: its own, and those above it. */
  readonly made: readonly string[];
  /** Whether the link to the latest run is to lead to it. */
  readonly isLinked: boolean;
}

/** What became of some files. */
export interface SavedFiles {
  /** Paths of those that were written. */
  readonly paths: readonly string[];
  /** Names the others, with reasons, in one line; `null` if there are none. */
  readonly error: FileError | null;
}

/**
 * The folder of one run. Every file is written under a temporary name and renamed: a reader never
 * sees half a file. While it is open no other process can open it. Dispose of it at the end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RunFolder } from "./run_folder.ts";
 *
 * const parent = await Deno.makeTempDir(), path = `${parent}/runs/first`;
 * {
 *   await using folder = await RunFolder.open(path);
 *   await folder.begin();
 *   await folder.writeRun({ seed: 1, summary: { loss: 0.01 } });
 *   await folder.writeFigure("staircase", "<svg/>");
 * }
 * const names = [...Deno.readDirSync(path)].map(({ name }) => name);
 * assert.deepEqual(names.sort(), ["run.json", "staircase.svg"]);
 * await assert.rejects(RunFolder.open(path), { name: "InputError", message: /holds a run/ });
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export class RunFolder implements AsyncDisposable {
  /** Path of the folder; where a link was given, that of the folder that it led to. */
  readonly path: string;
  /** Path of the folder in it for what resuming the run needs. */
  readonly state: string;
  readonly #lock: FolderLock;
  readonly #opening: Opening;

  private constructor(path: string, lock: FolderLock, opening: Opening) {
    this.path = path;
    this.state = join(path, STATE_FOLDER);
    this.#lock = lock;
    this.#opening = opening;
  }

  /**
   * Opens a folder, and checks that files can be written to it and read. It and the folders above
   * it are made if there are none. Open the folder before the training starts, so that no run is
   * lost, and call {@linkcode RunFolder.begin} when it starts.
   *
   * @param path Path of the folder, as the user gave it.
   * @param options What to do with a run that it holds, and names of the files to come.
   * @returns The folder, this process's own until it is disposed of.
   * @throws {InputError} If the folder holds a run, or none where one is to be resumed; if another
   * process has it open; if the path is that of a file; if the folder cannot be created, written to
   * or read.
   */
  static async open(path: string, { mode = "new", files = [] }: RunFolderOptions = {}): Promise<RunFolder> {
    if (path === "") throw new InputError("the folder of the run has no name; give one");
    const there = await Deno.lstat(path).catch(() => null);
    // The link to the latest run may lead elsewhere before this one has ended.
    const place = there?.isSymlink ? await Deno.realPath(path).catch(() => path) : path;
    return await RunFolder.#open(place, { mode, files, made: await missingFolders(place), isLinked: false });
  }

  static async #open(path: string, opening: Opening): Promise<RunFolder> {
    try {
      return await RunFolder.#prepare(path, opening);
    } catch (error) {
      await removeEmpty([join(path, STATE_FOLDER), ...opening.made]);
      throw error;
    }
  }

  static async #prepare(path: string, opening: Opening): Promise<RunFolder> {
    const { mode, files } = opening;
    const checkMode = async () => {
      const there = await holdsRun(path, files);
      if (mode === "resume" && !there) throw new InputError(`the folder ${path} holds no run to resume`);
      if (mode !== "new" || !there) return;
      throw new InputError(
        `the folder ${path} holds a run (${there}); name another folder, or give --overwrite or --resume`,
      );
    };
    await checkMode();
    await checkWritable(path, [...COMMON_FILES, ...files]);
    const state = join(path, STATE_FOLDER);
    try {
      await Deno.mkdir(state, { recursive: true });
    } catch (cause) {
      throw new InputError(`cannot write to the folder ${state}: ${fileReason(cause)}; name another one`, {
        cause,
      });
    }
    const lock = await FolderLock.take(join(state, LOCK_FILE));
    if (!(lock instanceof FolderLock)) {
      throw new InputError(`${inUse(path, lock)}; name another one, or wait for it`);
    }
    try {
      // Another run may have begun and ended in between.
      await checkMode();
      for (const folder of [path, state]) await removeTemporaryFiles(folder);
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
    return new RunFolder(path, lock, opening);
  }

  /**
   * Makes and opens the folder of a run that is given none: `PARENT/DATE-TIME-xxxx` in UTC.
   * Once the run begins the link `PARENT/latest` leads to it.
   *
   * @param parent Folder of all runs of a program, such as `runs/staircase`.
   * @param options Names of the files to come.
   * @returns The folder.
   * @throws {InputError} If it cannot be made or used.
   */
  static async create(
    parent: string,
    { files = [] }: Pick<RunFolderOptions, "files"> = {},
  ): Promise<RunFolder> {
    let path: string;
    const above = await missingFolders(parent);
    try {
      path = await makeRunFolder(parent);
    } catch (cause) {
      throw new InputError(`cannot make a folder in ${parent}: ${fileReason(cause)}; name one with --out`, {
        cause,
      });
    }
    return await RunFolder.#open(path, { mode: "new", files, made: [path, ...above], isLinked: true });
  }

  /**
   * Begins the run: where it overwrites another one, removes the files of that one, and no others;
   * in a folder that {@linkcode RunFolder.create} made, points the link to the latest run to it.
   *
   * @throws {FileError} If one of them cannot be removed.
   */
  async begin(): Promise<void> {
    const { mode, files, isLinked } = this.#opening;
    if (isLinked) await linkLatest(dirname(this.path), basename(this.path));
    if (mode !== "overwrite") return;
    for (const path of await runFiles(this.path, files)) {
      await Deno.remove(path).catch((error) => {
        throw unwritable(path, error);
      });
    }
  }

  /**
   * Writes a file. The folder is made again if it was deleted.
   *
   * @param name Name of the file, without a folder.
   * @param data Its content, at once or in pieces; text is written as UTF-8.
   * @returns Path of the file.
   * @throws {InputError} If the name is empty or leads out of the folder.
   * @throws {FileError} If it cannot be written.
   */
  write(name: string, data: FileContent): Promise<string> {
    return this.#write(name, () => data);
  }

  async #write(name: string, make: () => FileContent | Promise<FileContent>): Promise<string> {
    checkFileName(name);
    const path = join(this.path, name);
    await this.#stayOwner();
    try {
      await writeAtomically(path, await make());
    } catch (error) {
      throw unwritable(path, error);
    }
    return path;
  }

  /** Makes the folder and its lock again if they were deleted. */
  async #stayOwner(): Promise<void> {
    const renewed = Deno.mkdir(this.state, { recursive: true }).then(() => this.#lock.renew());
    // Where that fails, the file that is to be written says why.
    const other = await renewed.catch(() => null);
    if (other) throw new FileError(`${inUse(this.path, other)}: it was deleted, and made anew for that one`);
  }

  /**
   * Writes several files. If one of them fails the others are written nevertheless.
   *
   * @param files Contents, or functions that make them, by the names of the files.
   * @returns Paths of the files, and the error that names those that failed.
   * @throws {InputError} If a name is empty or leads out of the folder.
   */
  async save(files: Readonly<Record<string, FileMaker>>): Promise<SavedFiles> {
    const paths: string[] = [], failures: [name: string, error: unknown][] = [];
    Object.keys(files).forEach(checkFileName);
    for (const [name, maker] of Object.entries(files)) {
      try {
        paths.push(await this.#write(name, typeof maker === "function" ? maker : () => maker));
      } catch (error) {
        failures.push([name, error instanceof FileError ? error.cause ?? error : error]);
      }
    }
    return { paths, error: failures.length > 0 ? unwritableFiles(this.path, failures) : null };
  }

  /**
   * Writes `run.json`: configuration, seed, versions, adapter, summary, timings. {@linkcode
   * readRun} reads it.
   *
   * @param run Record of the run. Its keys are written in snake case. Typed arrays become lists,
   * numbers that are not finite become `null`.
   * @returns Path of the file.
   * @throws {FileError} If it cannot be written.
   */
  writeRun(run: object): Promise<string> {
    return this.write(RUN_FILE, prettyJson(snakeCase(run)));
  }

  /**
   * Writes `trace.csv`, with the columns of {@linkcode traceTable}.
   *
   * @param trace Record of the run.
   * @returns Path of the file.
   * @throws {FileError} If it cannot be written.
   */
  writeTrace(trace: Trace): Promise<string> {
    return this.#write(TRACE_FILE, () => traceTable(trace).pieces());
  }

  /**
   * Writes a figure.
   *
   * @param name Name of the file, without `.svg`.
   * @param svg The figure.
   * @returns Path of the file.
   * @throws {InputError} If the name is empty or leads out of the folder.
   * @throws {FileError} If it cannot be written.
   */
  writeFigure(name: string, svg: string): Promise<string> {
    return this.write(`${name}.svg`, svg);
  }

  /** Lets other processes open the folder. Folders that were made and stayed empty are removed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock[Symbol.asyncDispose]();
    await removeEmpty([this.state, ...this.#opening.made]);
  }
}
