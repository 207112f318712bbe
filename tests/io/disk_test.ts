import { AppendFile } from "../../src/io/append_file.ts";
import { type Checkpoint, journalPath, readCheckpoint, writeCheckpoint } from "../../src/io/checkpoint.ts";
import { Journal } from "../../src/io/journal.ts";
import { journalChunks, readJournal } from "../../src/io/read_journal.ts";
import { RunFolder } from "../../src/io/run_folder.ts";
import { writeSpectra } from "../../src/io/spectra_file.ts";
import { TraceFile } from "../../src/io/trace_file.ts";
import { assert } from "../deps.ts";
import { bitsOf, entriesIn, inFolder, madeUpChunks, SMALL } from "../support/traces.ts";

const FULL = "no space is left on the disk";

async function system(name: string, ...args: readonly string[]): Promise<boolean> {
  return await new Deno.Command(name, { args: [...args], stdout: "null", stderr: "null" }).output().then(
    ({ success }) => success,
    () => false,
  );
}

/** Runs a test on a disk of its own, of 256 KiB. */
function onDisk(work: (path: string) => Promise<void>): Promise<void> {
  return inFolder(async (path) => {
    assert.ok(await system("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", path));
    try {
      await work(path);
    } finally {
      await system("umount", path);
    }
  });
}

/** Takes all the room of a disk but for so many blocks of 4 KiB. */
async function fill(path: string, blocks = 0): Promise<void> {
  await Deno.writeFile(`${path}/filler`, new Uint8Array(2 ** 20)).catch(() => {});
  const { size } = await Deno.stat(`${path}/filler`);
  await Deno.truncate(`${path}/filler`, Math.max(0, size - 4096 * blocks));
}

// Only root may mount, and not in every container.
let canMount = false;
await onDisk(() => Promise.resolve(void (canMount = true))).catch(() => {});

function test(name: string, work: (path: string) => Promise<void>): void {
  Deno.test({ name: `full disk: ${name}`, ignore: !canMount, fn: () => onDisk(work) });
}

const shape = { ...SMALL, counts: new Array<number>(60).fill(9) };
const chunks = madeUpChunks(shape);

test("a journal ends with its last whole record, and goes on once there is room", async (disk) => {
  const path = `${disk}/run-0.journal`;
  await fill(disk, 9);
  const journal = await Journal.create(path, shape);
  const failures = new Set<string>();
  for (const chunk of chunks) {
    journal.append(chunk);
    await journal.flush().catch((error) => {
      assert.equal(error.name, "FileError");
      failures.add(error.message);
    });
    const { isIntact, steps } = await readJournal(path);
    assert.deepEqual([isIntact, steps % 9], [true, 0]);
  }
  assert.deepEqual([...failures], [`cannot write ${path}: ${FULL}`]);
  const { steps } = await readJournal(path);
  assert.ok(steps > 0 && steps < 540);
  await Deno.remove(`${disk}/filler`);
  await journal.flush({ sync: true });
  await journal.close();
  assert.deepStrictEqual(bitsOf([...journalChunks(path)]), bitsOf(chunks));
});

test("trace.csv has whole lines, and goes on once there is room", async (disk) => {
  const path = `${disk}/trace.csv`;
  await fill(disk, 5);
  await using table = await TraceFile.create(path);
  let failures = 0;
  for (const { probes } of chunks) {
    table.append(probes);
    await table.flush().catch(() => failures++);
    assert.ok((await Deno.readTextFile(path)).endsWith("\n"));
  }
  assert.ok(failures > 0);
  await Deno.remove(`${disk}/filler`);
  await table.flush();
  const lines = (await Deno.readTextFile(path)).split("\n").length - 2;
  const probes = chunks.reduce((sum, { probes }) => sum + probes.length, 0);
  assert.equal(lines, probes * shape.widths.length * shape.epsilons.length);
});

test("checkpoints before the one that fails are kept, and nothing else is left", async (disk) => {
  const journal = await Journal.create(journalPath(disk, 0), shape);
  journal.append(chunks[0]);
  const position = await journal.flush({ sync: true });
  const at = (step: number): Checkpoint => {
    const state = { steps: 9, step, arrays: { parameters: new Uint32Array(8192) }, diverged: [] };
    return { state, journal: position, trace: null, identity: {}, notes: null };
  };
  await writeCheckpoint(disk, 0, at(1));
  await writeCheckpoint(disk, 0, at(2));
  await fill(disk, 2);
  await assert.rejects(writeCheckpoint(disk, 0, at(3)), {
    name: "FileError",
    message: `cannot write ${disk}/run-0-3.checkpoint: ${FULL}`,
  });
  assert.deepEqual(entriesIn(disk), ["filler", "run-0-1.checkpoint", "run-0-2.checkpoint", "run-0.journal"]);
  assert.equal((await readCheckpoint(disk, 0, {}))?.checkpoint.state.step, 2);
  await journal.close();
});

test("all files are tried at the end, and those that failed are named", async (disk) => {
  await using folder = await RunFolder.open(`${disk}/run`);
  await folder.begin();
  await folder.writeRun({ status: "running" });
  await fill(disk, 2);
  const large = "x".repeat(50_000);
  const { paths, error } = await folder.save({
    "trace.csv": large,
    "run.json": '{ "status": "done" }\n',
    "staircase.svg": () => Promise.resolve(large),
  });
  assert.deepEqual(paths, [`${disk}/run/run.json`]);
  assert.deepEqual([error?.message, error?.exitStatus], [
    `cannot write trace.csv and staircase.svg to ${disk}/run: ${FULL}`,
    1,
  ]);
  assert.deepEqual(entriesIn(`${disk}/run`), ["run.json", "state"]);
  assert.equal(await Deno.readTextFile(`${disk}/run/run.json`), '{ "status": "done" }\n');
});

test("spectra.npz is whole or absent, with its temporary files", async (disk) => {
  await fill(disk, 3);
  await assert.rejects(writeSpectra(`${disk}/spectra.npz`, { ...shape, chunks }), {
    name: "FileError",
    message: `cannot write ${disk}/spectra.npz: ${FULL}`,
  });
  assert.deepEqual(entriesIn(disk), ["filler"]);
});

test("a folder without room is refused before there is anything to lose", async (disk) => {
  await fill(disk);
  await assert.rejects(RunFolder.open(disk), {
    name: "InputError",
    message: `cannot write to the folder ${disk}: ${FULL}; name another one`,
  });
  assert.deepEqual(entriesIn(disk), ["filler"]);
});

Deno.test({
  name: "read-only disk: a folder is refused",
  ignore: !canMount,
  fn: () =>
    onDisk(async (disk) => {
      await Deno.mkdir(`${disk}/run`);
      assert.ok(await system("mount", "-o", "remount,ro", disk));
      for (const path of [`${disk}/run`, `${disk}/new`]) {
        await assert.rejects(RunFolder.open(path), {
          name: "InputError",
          message: `cannot write to the folder ${path}: the disk is read-only; name another one`,
        });
      }
      await assert.rejects(AppendFile.open(`${disk}/file`), {
        name: "FileError",
        message: /: the disk is read-only$/,
      });
    }),
});

Deno.test({
  name: "disk: a pipe of the name of a file is refused",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      assert.ok(await system("mkfifo", `${folder}/trace.csv`));
      await assert.rejects(RunFolder.open(folder, { mode: "overwrite" }), {
        name: "InputError",
        message: `cannot write ${folder}/trace.csv: there is a pipe or device of that name; remove it`,
      });
    }),
});
