import { assert } from "../deps.ts";
import { InputError } from "../../src/errors.ts";
import { readRun } from "../../src/io/read_run.ts";
import { RunFolder } from "../../src/io/run_folder.ts";
import { root } from "../support/program.ts";
import { entriesIn, inFolder } from "../support/traces.ts";

/** Makes a finished run with some files. */
async function makeRun(path: string, record: object, files: Readonly<Record<string, string>>): Promise<void> {
  await using folder = await RunFolder.open(path);
  await folder.begin();
  await folder.writeRun(record);
  for (const [name, text] of Object.entries(files)) await folder.write(name, text);
}

Deno.test("run_folder: writes the files of a run", () =>
  inFolder(async (parent) => {
    const path = `${parent}/a/b`;
    {
      await using folder = await RunFolder.open(path);
      await folder.begin();
      assert.equal(await folder.writeRun({ seed: 7 }), `${path}/run.json`);
      await folder.writeTrace({ replicas: 1, epsilons: [1e-6], losses: [], probes: [] });
      await folder.writeFigure("staircase", "<svg/>\n");
      await folder.write("weights.bin", Uint8Array.of(1, 2));
      for (const name of ["", "..", "../x", "a/b", "a\\b", "a\0"]) {
        await assert.rejects(folder.write(name, ""), InputError);
      }
    }
    assert.deepEqual(entriesIn(path), ["run.json", "staircase.svg", "trace.csv", "weights.bin"]);
    assert.equal(await Deno.readTextFile(`${path}/run.json`), '{\n  "seed": 7\n}\n');
    assert.match(await Deno.readTextFile(`${path}/trace.csv`), /^replica,step,loss,.*\n$/);
  }));

Deno.test("run_folder: one that holds a run is refused, overwritten or resumed, as asked", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    const columns = { "other.csv": { loss: "loss" } }, files = ["old.svg", "../outside", "run.json"];
    await makeRun(path, { columns, files }, {
      "other.csv": "",
      "old.svg": "",
      "mine.txt": "",
      "staircase.svg": "",
    });
    await Deno.mkdir(`${path}/mine`);
    await Deno.mkdir(`${path}/state`);
    for (const name of ["run-0.journal", "run-0-12.checkpoint", "run-1.outcome", "foreign"]) {
      await Deno.writeTextFile(`${path}/state/${name}`, "");
    }
    await Deno.writeTextFile(`${parent}/outside`, "");
    await assert.rejects(RunFolder.open(path), {
      name: "InputError",
      message:
        `the folder ${path} holds a run (run.json); name another folder, or give --overwrite or --resume`,
    });
    const before = entriesIn(path);
    {
      await using _resumed = await RunFolder.open(path, { mode: "resume" });
      // A request that turns out to be wrong removes nothing.
      await _resumed[Symbol.asyncDispose]();
      await using _unused = await RunFolder.open(path, { mode: "overwrite", files: ["staircase.svg"] });
      assert.deepEqual(entriesIn(path), before);
    }
    {
      await using folder = await RunFolder.open(path, { mode: "overwrite", files: ["staircase.svg"] });
      await folder.begin();
      assert.deepEqual(entriesIn(path), ["mine", "mine.txt", "state"]);
      assert.deepEqual(entriesIn(folder.state), ["foreign", "lock"]);
    }
    assert.deepEqual(entriesIn(parent), ["outside", "run"]);
    await assert.rejects(RunFolder.open(path, { mode: "resume" }), { message: /holds no run to resume$/ });
    // What a killed run leaves is a run.
    await Deno.writeTextFile(`${path}/state/run-0.journal`, "");
    await assert.rejects(RunFolder.open(path), /holds a run \(state\/run-0\.journal\)/);
    await assert.rejects(RunFolder.open(parent, { files: ["outside"] }), /holds a run \(outside\)/);
  }));

Deno.test("run_folder: two runs at once are refused, a killed one leaves nothing that stays", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    const code = `
      import { RunFolder } from ${JSON.stringify(new URL("src/io/run_folder.ts", root).href)};
      const folder = await RunFolder.open(${JSON.stringify(path)});
      await folder.begin();
      async function* endless() {
        while (true) {
          yield "half a file";
          console.log("ready");
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      }
      await folder.write("trace.csv", endless());`;
    const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" }).spawn();
    await child.stdout.getReader().read();
    await assert.rejects(RunFolder.open(path), {
      name: "InputError",
      message: new RegExp(
        `^the folder ${path} is in use by process ${child.pid} on .* since 20.*; name another`,
      ),
    });
    child.kill("SIGKILL");
    await child.status;
    const [temporary, state] = entriesIn(path);
    assert.match(temporary, /^\.[0-9a-f-]{36}\.tmp$/);
    assert.equal(state, "state");
    await Deno.writeTextFile(`${path}/.mine.tmp`, "");
    await using _folder = await RunFolder.open(path);
    assert.deepEqual(entriesIn(path), [".mine.tmp", "state"]);
  }));

Deno.test("run_folder: a run without a name gets a folder of its own, and the link leads to the latest", () =>
  inFolder(async (parent) => {
    const runs = `${parent}/runs/staircase`, names: string[] = [];
    for (let i = 0; i < 3; i++) {
      await using folder = await RunFolder.create(runs);
      await folder.begin();
      await folder.writeRun({ i });
      names.push(folder.path.split("/").at(-1)!);
      assert.match(names[i], /^\d{4}-\d\d-\d\d-\d{6}-[0-9a-f]{4}$/);
      assert.equal(await Deno.readLink(`${runs}/latest`), names[i]);
      assert.deepEqual(await readRun(`${runs}/latest`), { i });
    }
    assert.deepEqual(entriesIn(runs), [...names, "latest"].sort());
    {
      // A link may lead elsewhere before a run that goes on has ended.
      await using resumed = await RunFolder.open(`${runs}/latest`, { mode: "resume" });
      await Deno.remove(`${runs}/latest`);
      await Deno.symlink(names[0], `${runs}/latest`);
      await resumed.writeRun({ i: "resumed" });
      assert.equal((await readRun(`${runs}/${names[2]}`)).i, "resumed");
      await Deno.remove(`${runs}/latest`);
      await Deno.symlink(names[2], `${runs}/latest`);
    }
    {
      // One that never begins leaves neither a folder nor a link.
      await using _unused = await RunFolder.create(runs);
    }
    assert.deepEqual(entriesIn(runs), [...names, "latest"].sort());
    assert.equal(await Deno.readLink(`${runs}/latest`), names[2]);
    await Deno.remove(`${runs}/latest`);
    await Deno.mkdir(`${runs}/latest`);
    await using folder = await RunFolder.create(runs);
    await folder.begin();
    assert.ok((await Deno.lstat(`${runs}/latest`)).isDirectory);
    assert.deepEqual(entriesIn(runs).length, 5);
  }));

Deno.test("run_folder: refuses a path that is not a folder's or cannot be written", () =>
  inFolder(async (parent) => {
    await Deno.writeTextFile(`${parent}/file`, "kept");
    await assert.rejects(RunFolder.open(`${parent}/file`), {
      name: "InputError",
      exitStatus: 2,
      message: `cannot write to the folder ${parent}/file: there is a file of that name; name another one`,
    });
    await assert.rejects(RunFolder.open(`${parent}/file/below`), /a part of the path is a file/);
    await assert.rejects(RunFolder.create(`${parent}/file/below`), InputError);
    await assert.rejects(RunFolder.open(""), InputError);
    // The file system of processes is one that even root cannot write to.
    if (Deno.build.os === "linux") await assert.rejects(RunFolder.open("/proc"), InputError);
    assert.equal(await Deno.readTextFile(`${parent}/file`), "kept");
    await Deno.mkdir(`${parent}/run/trace.csv`, { recursive: true });
    await assert.rejects(RunFolder.open(`${parent}/run`, { mode: "overwrite" }), {
      message: `cannot write ${parent}/run/trace.csv: there is a folder of that name; remove it`,
    });
    assert.deepEqual(entriesIn(`${parent}/run`), ["trace.csv"]);
  }));

Deno.test("run_folder: files that fail are named in one line, the others are written", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    await using folder = await RunFolder.open(path);
    await folder.begin();
    await Deno.mkdir(`${path}/b.csv`);
    await Deno.mkdir(`${path}/c.svg`);
    const { paths, error } = await folder.save({
      "run.json": "{}\n",
      "a.csv": () => ["a\n", "1\n"],
      "b.csv": "b\n",
      "c.svg": () => Promise.resolve("<svg/>"),
      "d.svg": () => Promise.reject(new RangeError("no\nroom")),
      "e.svg": () => {
        throw new InputError("no points");
      },
      "f.csv": "f\n",
    });
    await assert.rejects(folder.save({ "g.csv": "", "a/b": "" }), InputError);
    assert.deepEqual(paths, [`${path}/run.json`, `${path}/a.csv`, `${path}/f.csv`]);
    assert.deepEqual([error?.name, error?.exitStatus], ["FileError", 1]);
    const taken = "there is a folder of that name";
    assert.equal(
      error?.message,
      `cannot write b.csv (${taken}), c.svg (${taken}), d.svg (no) and e.svg (no points) to ${path}`,
    );
    const others = await folder.save({ "b.csv": "", "c.svg": "" });
    assert.equal(others.error?.message, `cannot write b.csv and c.svg to ${path}: ${taken}`);
    await Deno.remove(path, { recursive: true });
    // The folder is made again.
    const again = await folder.save({ "a.csv": () => ["a\n", "1\n"], "run.json": "{}\n" });
    assert.deepEqual([again.error, entriesIn(path)], [null, ["a.csv", "run.json", "state"]]);
    assert.equal(await Deno.readTextFile(`${path}/a.csv`), "a\n1\n");
  }));

Deno.test("run_folder: one that was deleted and made again stays this run's own", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    {
      await using folder = await RunFolder.open(path);
      await folder.begin();
      await Deno.remove(path, { recursive: true });
      await folder.writeRun({ status: "running" });
      await assert.rejects(RunFolder.open(path, { mode: "resume" }), /is in use by process/);
    }
    assert.deepEqual(entriesIn(path), ["run.json"]);
  }));

Deno.test("run_folder: one that was deleted and became another run's is left to that", () =>
  inFolder(async (parent) => {
    const path = `${parent}/run`;
    await using lost = await RunFolder.open(path);
    await lost.begin();
    await Deno.remove(path, { recursive: true });
    await using other = await RunFolder.open(path);
    await other.writeRun({ seed: 2 });
    await assert.rejects(lost.writeRun({ seed: 1 }), {
      name: "FileError",
      message: /is in use by process \d+ .*: it was deleted, and made anew for that one$/,
    });
    assert.equal((await readRun<{ seed: number }>(path)).seed, 2);
  }));

Deno.test("run_folder: a request that comes to nothing leaves no folder, nor those above that it made", () =>
  inFolder(async (parent) => {
    {
      await using _named = await RunFolder.open(`${parent}/a/b/c`);
      await using _unnamed = await RunFolder.create(`${parent}/runs/staircase`);
    }
    assert.deepEqual(entriesIn(parent), []);
    // What was there before stays, and so does a folder with other things in it.
    for (const name of ["mine", "full"]) await Deno.mkdir(`${parent}/${name}`);
    await Deno.writeTextFile(`${parent}/full/state`, "mine");
    await assert.rejects(RunFolder.open(`${parent}/full`), InputError);
    {
      await using _in = await RunFolder.open(`${parent}/mine/run`);
      await Deno.writeTextFile(`${parent}/mine/notes`, "");
    }
    assert.deepEqual([entriesIn(parent), entriesIn(`${parent}/mine`)], [["full", "mine"], ["notes"]]);
    assert.deepEqual(entriesIn(`${parent}/full`), ["state"]);
  }));

Deno.test("run_folder: a record is read as it was written", () =>
  inFolder(async (parent) => {
    await using folder = await RunFolder.open(parent);
    const run = {
      heldOut: 7,
      learningRates: [0.1, 0.2],
      columns: { "trace.csv": { rank_low: "least rank" } },
    };
    const path = await folder.writeRun({ ...run, loss: NaN, spectrum: Float32Array.of(0.5) });
    assert.match(await Deno.readTextFile(path), /"held_out": 7,\n {2}"learning_rates": \[0\.1, 0\.2\]/);
    for (const place of [parent, path]) {
      assert.deepEqual(await readRun(place), { ...run, loss: null, spectrum: [0.5] });
    }
    await Deno.writeTextFile(path, "{");
    await assert.rejects(readRun(path), {
      name: "InputError",
      message: /^.*run\.json: it is not JSON; give the folder of a run/,
    });
    await Deno.writeTextFile(path, "[]");
    await assert.rejects(readRun(parent), {
      name: "InputError",
      message: /: is no record of a run; give the folder/,
    });
    await assert.rejects(readRun(`${parent}/none`), {
      name: "InputError",
      message: /none: there is no run; give the folder/,
    });
  }));

Deno.test("run_folder: without permission to read, nothing is begun", () =>
  inFolder(async (parent) => {
    const code = `${parent}/open.ts`, module = new URL("src/io/run_folder.ts", root);
    await Deno.writeTextFile(
      code,
      `import { RunFolder } from ${JSON.stringify(module.href)};
       await RunFolder.open(${
        JSON.stringify(`${parent}/run`)
      }).catch(({ name, message }) => console.log(name, message));`,
    );
    for (const flag of ["read", "write"]) {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-config", "--no-prompt", `--allow-${flag}=${parent}`, code],
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(
        new TextDecoder().decode(stdout).trim(),
        `InputError cannot write to the folder ${parent}/run: Deno runs without --allow-read and --allow-write; name another one`,
      );
    }
  }));
