import { flagsOf } from "../../src/cli/options.ts";
import type { ExperimentRecord } from "../../src/experiments/core/record.ts";
import { staircase } from "../../src/experiments/staircase/mod.ts";
import type { CompleteOptions } from "../../src/train/options.ts";
import type { TraceSummary } from "../../src/train/summary.ts";
import { camelCase } from "../../src/io/json.ts";
import { assert } from "../deps.ts";
import { command, filesIn, readTable, run, temporaryFolder } from "../support/program.ts";

/** The record of a training. */
type RunRecord = ExperimentRecord<CompleteOptions> & { readonly summary: TraceSummary };

const FILES = ["report.html", "run.json", "spectra.npz", "staircase.svg", "trace.csv"];
const HEADER =
  "replica,step,loss,layer,epsilon,rank,rank_low,rank_high,floor,accuracy,relative_error,precision";
const small = ["--layers=8,6", "--samples=32", "--steps=25", "--probe-every=10"];

const lastLine = (text: string) => text.trimEnd().split("\n").at(-1)!;
const readRun = (folder: string) =>
  camelCase(JSON.parse(Deno.readTextFileSync(`${folder}/run.json`))) as RunRecord;

Deno.test("staircase: writes its files, reports on stdout, and shows progress on stderr alone", async () => {
  using folder = temporaryFolder();
  const out = `${folder.path}/a/b`;
  const ended = await run([...small, "--replicas=2", "--json", "--out", out], { cwd: folder.path });
  assert.equal(ended.code, 0, ended.err);
  assert.deepEqual(filesIn(out), FILES);

  const record = readRun(out);
  assert.deepEqual(camelCase(JSON.parse(lastLine(ended.out))), record);
  assert.equal(record.status, "done");
  assert.equal(record.configuration.replicas, 2);
  assert.equal(record.timings.steps, 25);
  assert.match(Deno.readTextFileSync(`${out}/staircase.svg`), /^<svg[^]*<\/svg>\s*$/);

  const { header, rows } = readTable(`${out}/trace.csv`);
  assert.equal(header, HEADER);
  const key = rows.map(([replica, step, , layer, epsilon]) => [replica, step, layer, epsilon].map(Number));
  const expected = [0, 10, 20, 25].flatMap((step) =>
    [0, 1].flatMap((replica) =>
      [1, 2].flatMap((layer) => [1e-2, 1e-4, 1e-6].map((epsilon) => [replica, step, layer, epsilon]))
    )
  );
  assert.deepEqual(key, expected);
  for (const [, , loss, layer, , rank, low, high, floor, accuracy] of rows) {
    assert(Number(loss) > 0 && Number(low) <= Number(rank) && Number(rank) <= Number(high));
    assert.equal(floor === "", layer === "1");
    assert(Number(floor) <= Number(loss));
    assert.equal(accuracy, "");
  }

  // A slow machine has time for lines in between.
  assert.match(
    ended.err,
    /^adapter: .+\n(cosines: \d+ % .+\n)*cosines: 100 % \(25\/25\), loss \S+, rank \d+, in [\d.]+ (s|min)\n$/,
  );
  const [first, second] = ended.out.split("\n");
  assert(first.startsWith(`cosines on ${record.adapter.name}`), first);
  assert.match(second, /^25 steps of 2 replicas, [\d.]+ ms a step with its probes$/);
  for (const name of FILES) assert(ended.out.includes(`\n${out}/${name}\n`));
  assert(!ended.out.includes(" left"));
});

Deno.test("staircase: --quiet is silent, but for the object of --json; the run is the same again", async () => {
  using folder = temporaryFolder();
  const surroundings = { cwd: folder.path };
  assert.deepEqual(await run([...small, "--quiet"], surroundings), { code: 0, out: "", err: "" });
  const default_ = `${folder.path}/runs/staircase/latest`;
  assert.deepEqual(filesIn(default_), FILES);
  const { code, out, err } = await run([...small, "--quiet", "--json", "--out=again"], surroundings);
  assert.deepEqual([code, err, out.split("\n").length], [0, "", 2]);
  assert.deepEqual((camelCase(JSON.parse(out)) as RunRecord).summary, readRun(default_).summary);
  const trace = (path: string) => Deno.readTextFileSync(`${path}/trace.csv`);
  assert.equal(trace(`${folder.path}/again`), trace(default_));
});

Deno.test("staircase: --help lists every flag, and does nothing else", async () => {
  using folder = temporaryFolder();
  const { code, out, err } = await run(["--help", "--task=nonsense"], { cwd: folder.path });
  assert.deepEqual([code, err], [0, ""]);
  const names = [...flagsOf(staircase.options).map(({ name }) => name), "out", "debug", "help"];
  const wanted =
    "task layers activation init optimizer learning-rate momentum weight-decay batch samples steps probe-every " +
    "epsilons replicas seed out json quiet profile adapter data schedule";
  for (const name of [...names, ...wanted.split(" ")]) {
    assert.match(out, new RegExp(`^  --(\\[no-\\])?${name}( |$)`, "m"));
  }
  assert(out.split("\n").every((line) => line.length <= 100));
  assert.deepEqual(filesIn(folder.path), []);
});

Deno.test("staircase: --profile prints the GPU time of each kernel", async () => {
  using folder = temporaryFolder();
  const { code, out } = await run([...small, "--profile", "--json", "--out=o"], { cwd: folder.path });
  assert.equal(code, 0);
  const { timings } = camelCase(JSON.parse(lastLine(out))) as RunRecord;
  // `null` if the adapter has no timestamps.
  const table = /\nGPU time by kernel:\n {2}kernel +timed dispatches +ms +µs each +share\n/;
  assert.equal(table.test(out), timings.kernels !== null);
  for (const { name } of timings.kernels ?? []) assert(out.includes(`\n  ${name} `), name);
});

Deno.test({
  name: "staircase: Ctrl-C keeps the part that is done",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = temporaryFolder();
    const args = ["--layers=8,6", "--samples=32", "--steps=4000000000", "--out=o"];
    const child = command(args, { cwd: folder.path }).spawn();
    const said = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let err = "";
    // Its first line comes with the first results.
    while (!err.includes("\n")) err += (await said.read()).value ?? assert.fail("ended early");
    child.kill("SIGINT");
    for (let part; !(part = await said.read()).done;) err += part.value;
    const out = await new Response(child.stdout).text();
    assert.equal((await child.status).code, 130);
    assert.match(
      err,
      /^adapter: .+\n(staircase: stopping; Ctrl-C again to end at once\n)?cosines: 0 % .+\nstaircase: resume with: deno (task staircase|run -A .*staircase\.ts) --resume o\n$/,
    );
    assert.match(out, /^cosines on .+\n\d+ steps of 1 replica, /);
    assert.deepEqual(filesIn(`${folder.path}/o`), FILES);
    const record = readRun(`${folder.path}/o`);
    assert.equal(record.status, "stopped");
    const { rows } = readTable(`${folder.path}/o/trace.csv`);
    assert(rows.length > 0 && Number(rows.at(-1)![1]) <= record.timings.steps);
  },
});
