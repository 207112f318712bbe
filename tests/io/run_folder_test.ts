import { assert } from "../deps.ts";
import { InputError } from "../../src/errors.ts";
import { readRun, RunFolder } from "../../src/io/run_folder.ts";

Deno.test("run_folder: writes the files of a run", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const folder = await RunFolder.open(`${parent}/a/b`);
    assert.deepEqual([...Deno.readDirSync(folder.path)], []);
    assert.equal(await folder.writeRun({ seed: 7 }), `${parent}/a/b/run.json`);
    await folder.writeTrace({ replicas: 1, epsilons: [1e-6], losses: [], probes: [] });
    await folder.writeFigure("staircase", "<svg/>\n");
    await folder.write("weights.bin", Uint8Array.of(1, 2));
    const again = await RunFolder.open(`${parent}/a/b`);
    assert.deepEqual(
      [...Deno.readDirSync(again.path)].map(({ name }) => name).sort(),
      ["run.json", "staircase.svg", "trace.csv", "weights.bin"],
    );
    assert.equal(await Deno.readTextFile(`${again.path}/run.json`), '{\n  "seed": 7\n}\n');
    assert.match(await Deno.readTextFile(`${again.path}/trace.csv`), /^replica,step,loss,.*\n$/);
    for (const name of ["", "..", "../x", "a/b", "a\\b"]) {
      await assert.rejects(folder.write(name, ""), InputError);
    }
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("run_folder: refuses a path that is not a folder's or cannot be written", async () => {
  const parent = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${parent}/file`, "kept");
    await assert.rejects(RunFolder.open(`${parent}/file`), {
      name: "InputError",
      exitStatus: 2,
      message: `cannot write to the folder ${parent}/file: there is a file of that name; name another one`,
    });
    await assert.rejects(RunFolder.open(`${parent}/file/below`), InputError);
    await assert.rejects(RunFolder.open(""), InputError);
    // The file system of processes is one that even root cannot write to.
    if (Deno.build.os === "linux") await assert.rejects(RunFolder.open("/proc"), InputError);
    assert.equal(await Deno.readTextFile(`${parent}/file`), "kept");
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("run_folder: a record is read as it was written", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const folder = await RunFolder.open(parent);
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
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
