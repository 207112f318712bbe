import type { ExperimentRecord } from "../../src/experiments/core/record.ts";
import type { CompleteOptions } from "../../src/train/options.ts";
import type { TraceSummary } from "../../src/train/summary.ts";
import { camelCase } from "../../src/io/json.ts";
import { assert } from "../deps.ts";
import { idxImages, idxLabels } from "../support/idx_files.ts";
import { filesIn, readTable, run, temporaryFolder } from "../support/program.ts";

/** The record of a training. */
type RunRecord = ExperimentRecord<CompleteOptions> & { readonly summary: TraceSummary };

const HEADER =
  "replica,step,loss,layer,epsilon,rank,rank_low,rank_high,floor,accuracy,relative_error,precision\n";

/** Writes the four MNIST files, twenty images each, the last one cut off. */
function writeTruncated(path: string): void {
  Deno.mkdirSync(path);
  const labels = idxLabels(Array.from({ length: 20 }, (_, i) => i % 10));
  const images = idxImages(20, 4, 4);
  Deno.writeFileSync(`${path}/train-images-idx3-ubyte`, images);
  Deno.writeFileSync(`${path}/train-labels-idx1-ubyte`, labels);
  Deno.writeFileSync(`${path}/t10k-labels-idx1-ubyte`, labels);
  Deno.writeFileSync(`${path}/t10k-images-idx3-ubyte`, images.subarray(0, 100));
}

Deno.test("staircase: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeTextFileSync(`${cwd}/file`, "kept");
  writeTruncated(`${cwd}/truncated`);
  const cases: [args: string[], line: RegExp][] = [
    [["--task=cosine"], /^no task "cosine"; did you mean "cosines"\? give one of cosines, .*, digits$/],
    [
      ["--layers=2-50-50-1"],
      /^layers 2-50-50-1 do not fit the task cosines: give 1, at least one hidden width, and 1$/,
    ],
    [["--layers=50;50"], /^layers "50;50": give hidden widths as 50,50 or all widths as 1-50-50-1$/],
    [["--epsilons=0"], /^--epsilons must be a number above 0, not "0"$/],
    [["--epsilons=1e-2,-1e-6"], /^--epsilons must be a number above 0, not "-1e-6"$/],
    [["--replicas=0"], /^--replicas must be a whole number from 1 to 65536, not "0"$/],
    [["--activation=tan"], /^no activation "tan"; did you mean "tanh"\? give one of identity, tanh, /],
    [["--activation=tanh,sine,relu"], /^3 activations for 2 hidden layers: /],
    [["--init=xavier"], /^no initialiser "xavier"; give one of xavier-normal, /],
    [["--optimizer=adams"], /^no optimiser "adams"; did you mean "adam"\? give one of sgd, /],
    [["--schedule=linear"], /^no schedule "linear"; give one of constant, /],
    [["--batch=257"], /^batch must be a whole number from 1 to 256, not 257$/],
    [
      ["--learning-rate=0.1,0.2"],
      /^learning rate: 2 values, but the number of replicas is 1; give one for each, or one for all$/,
    ],
    [["--data=."], /^task "cosines" reads no files; leave out data "\."$/],
    [
      ["--task=digits", "--data=missing"],
      /^digits: data "missing" is no directory; give one with the four MNIST files$/,
    ],
    [
      ["--task=digits", "--data=truncated"],
      /^truncated\/t10k-images-idx3-ubyte: truncated, 100 of 336 bytes; fetch /,
    ],
    [
      ["--layers=200000,200000"],
      /^parameters needs \d+(\.\d)? [MG]iB in one buffer, the adapter allows .*: use fewer /,
    ],
    [["--out=file"], /^cannot write to the folder file: there is a file of that name; name another one$/],
    [["--step=10"], /^unknown flag --step; did you mean --steps\?$/],
  ];
  // Two at a time: each spends a good part of its time waiting.
  const queue = cases.entries();
  const work = async () => {
    for (const [i, [args, line]] of queue) {
      const { code, out, err } = await run([`--out=out${i}`, ...args], { cwd });
      assert.deepEqual([code, out], [2, ""], `${args}: ${err}`);
      assert(err.endsWith("\n") && err.startsWith("staircase: "), err);
      const [first, ...others] = err.slice("staircase: ".length, -1).split("\n");
      assert.deepEqual(others, [], `${args}: more than one line`);
      assert.match(first, line);
      assert.deepEqual(filesIn(`${cwd}/out${i}`), []);
    }
  };
  await Promise.all([work(), work()]);
  assert.equal(Deno.readTextFileSync(`${cwd}/file`), "kept");
});

Deno.test("staircase: a run that diverges is status 1, says when, and keeps the finite part", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const args = [
    "--activation=relu",
    "--layers=8,8",
    "--optimizer=sgd",
    "--learning-rate=5",
    "--probe-every=1",
  ];
  const { code, out, err } = await run([...args, "--quiet", "--json", "--out=o"], { cwd });
  assert.equal(code, 1);
  const [, step] =
    /^staircase: the loss is no longer finite from step (\d+) on, first in (?:layer \d|the output layer): lower the learning rate, .*\n$/
      .exec(err) ?? assert.fail(err);
  assert.deepEqual(filesIn(`${cwd}/o`), [
    "report.html",
    "run.json",
    "spectra.npz",
    "staircase.svg",
    "trace.csv",
  ]);
  const record = camelCase(JSON.parse(Deno.readTextFileSync(`${cwd}/o/run.json`))) as RunRecord;
  assert.deepEqual(camelCase(JSON.parse(out)), record);
  assert.equal(record.status, "diverged");
  assert.equal(record.summary.replicas[0].divergedAt, Number(step));
  const { rows } = readTable(`${cwd}/o/trace.csv`);
  assert.equal(rows.length, Number(step) * 6);
  const words = ["", "single", "double"];
  assert(rows.flat().every((cell) => words.includes(cell) || Number.isFinite(Number(cell))));

  // With the first step already: a header, and a figure that says so.
  const never = await run(["--init=normal:1e30", "--activation=identity", "--quiet", "--out=p"], { cwd });
  assert.equal(never.code, 1);
  assert.match(never.err, /^staircase: the loss is no longer finite from step 0 on, first in [^\n]*\n$/);
  assert.equal(Deno.readTextFileSync(`${cwd}/p/trace.csv`), HEADER);
});

Deno.test({
  name: "staircase: without an adapter, one line says how to get one, and the status is 1",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = temporaryFolder();
    const nothing = "/nonexistent/driver.json";
    const env = { VK_DRIVER_FILES: nothing, VK_ICD_FILENAMES: nothing, DENO_WEBGPU_BACKEND: "vulkan" };
    const { code, out, err } = await run([], { cwd: folder.path, env });
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^staircase: [^\n]*mesa-vulkan-drivers[^\n]*\n$/);
    assert.deepEqual(filesIn(folder.path), []);
  },
});
