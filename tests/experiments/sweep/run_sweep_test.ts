import { join } from "node:path";
import { viewOf } from "../../../src/display/view.ts";
import { InputError, StaircaseError } from "../../../src/errors.ts";
import { mergeSweeps, runSweep } from "../../../src/experiments/mod.ts";
import type { BatchState } from "../../../src/experiments/sweep/claims/survey.ts";
import { checkFailures } from "../../../src/experiments/sweep/run_sweep.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { assert } from "../../deps.ts";
import { readFigure } from "../../support/figure.ts";
import { filesIn, readTable, temporaryFolder } from "../../support/program.ts";

const request = {
  base: { samples: 24, depth: 1, steps: 20, probeEvery: 10, epsilons: [1e-2, 1e-6] },
  grid: { width: [4, 7], seed: "0..2" },
};

Deno.test("runSweep: trains each trial once, into rows that are those of the table", async () => {
  using home = temporaryFolder();
  const folder = join(home.path, "sweep");
  let opened = 0;
  const shares: number[] = [];
  const open = () => {
    opened++;
    return Gpu.open();
  };
  const made = await runSweep(open, request, { folder, onProgress: (share) => shares.push(share) });
  assert.deepEqual(made.summary, { status: "done", trials: 6, done: 6, diverged: 0, batches: 2 });
  assert.deepEqual(made.missing, []);
  assert.deepEqual(made.paths.map((path) => path.slice(folder.length + 1)).toSorted(), [
    "run.json",
    "sweep.csv",
    "sweep.parquet",
    "sweep.svg",
    "trials.csv",
  ]);
  assert.equal(shares.at(-1), 1);
  const { header, rows } = readTable(join(folder, "sweep.csv")), names = header.split(",");
  // Again: a consumer may go through the rows more than once.
  for (let again = 0; again < 2; again++) assert.equal([...made.rows].length, 2 * 3 * 2);
  for (const [i, row] of [...made.rows].entries()) {
    const of = (name: string) => rows[i][names.indexOf(name)];
    assert.equal(String(row.rankLow), of("rank_low"));
    assert.equal(String(row.loss), of("loss"));
    assert.equal(String(row.width), of("width"));
    assert.equal(Object.keys(row).length, names.length);
  }
  const again = await runSweep(open, request, { folder });
  assert.deepEqual([...again.rows], [...made.rows]);
  assert.equal(opened, 1, "a device is opened when there is work alone");
});

Deno.test("runSweep: a notebook shows figure and table; shards are merged", async () => {
  using home = temporaryFolder();
  const at = (name: string) => join(home.path, name), open = () => Gpu.open();
  const part = await runSweep(open, request, { folder: at("a"), shard: "1/2" });
  assert.equal(part.summary.status, "stopped");
  assert.match(viewOf(part)!.text(), new RegExp(`^sweep of 6 trials, ${part.summary.done} done\n`));
  await runSweep(open, request, { folder: at("b"), shard: "2/2" });
  const merged = await mergeSweeps([at("a"), at("b")], { out: at("all") });
  assert.equal([...merged.rows].length, 12);
  const lines = viewOf(merged)!.text().split("\n");
  assert.equal(lines[0], "sweep of 6 trials");
  assert.match(lines.join("\n"), /^ {2}width +seed +status +loss +layer/m);
  const html = await viewOf(merged)!.html!();
  const [, base64] = /base64,([^"]*)"/.exec(html)!;
  assert(readFigure(new TextDecoder().decode(Uint8Array.fromBase64(base64))).length > 10);
  assert.equal(html.match(/<tr>/g)!.length, 13);
});

Deno.test("runSweep: a folder whose sweep was asked for more formats keeps them all anew; so does a merge", async () => {
  using home = temporaryFolder();
  const folder = join(home.path, "sweep"), out = join(home.path, "merged"), open = () => Gpu.open();
  await runSweep(open, request, { folder, shard: "1/2" });
  assert.deepEqual(filesIn(folder).filter((name) => name.startsWith("sweep.")), [
    "sweep.csv",
    "sweep.parquet",
    "sweep.svg",
  ]);
  // As `sweep --formats svg,png --shard 1/2` leaves it.
  await mergeSweeps([folder], { out: folder, partial: true, formats: ["svg", "png"] });
  const part = await Deno.readFile(join(folder, "sweep.png"));
  const { paths } = await runSweep(open, request, { folder });
  assert(paths.includes(join(folder, "sweep.png")));
  const whole = await Deno.readFile(join(folder, "sweep.png"));
  assert.notDeepEqual(whole, part, "the picture is that of the first part");
  const merged = await mergeSweeps([folder], { out });
  assert(merged.paths.includes(join(out, "sweep.png")));
  assert.deepEqual(await Deno.readFile(join(out, "sweep.png")), whole);
  await mergeSweeps([folder], { out, formats: ["svg"] });
  assert.match(await Deno.readTextFile(join(out, "run.json")), /"formats": "svg"/);
});

Deno.test("runSweep: a wrong request is refused, and nothing is written or opened", async () => {
  using home = temporaryFolder();
  const folder = join(home.path, "none"), open = () => Promise.reject(new Error("opened"));
  const wrong: readonly (readonly [unknown, object, RegExp])[] = [
    [{ grid: { widht: [4] } }, {}, /^the sweep: grid.widht: .*did you mean "width"/],
    [{ grid: { width: [4, 4] } }, {}, /^grid.width\[1\]: repeats 4/],
    [request, { shard: "3/2" }, /shard "3\/2"/],
    [request, { trialsPerBatch: 0 }, /trialsPerBatch must be a whole number of at least 1, not 0/],
    [request, { checkpointEvery: -1 }, /checkpointEvery must be/],
    [request, { folder: "" }, /give the folder/],
    [request, { foldr: "x" }, /did you mean "folder"/],
  ];
  for (const [given, options, message] of wrong) {
    await assert.rejects(runSweep(open, given as object, { folder, ...options }), (error) => {
      assert(error instanceof InputError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
  assert.deepEqual(filesIn(folder), []);
});

Deno.test("runSweep: stopped by its signal, it keeps what is done, and the same call goes on", async () => {
  using home = temporaryFolder();
  const folder = join(home.path, "sweep"), stop = new AbortController();
  const first = await runSweep(() => Gpu.open(), request, {
    folder,
    signal: stop.signal,
    onProgress: (share) => share >= 0.5 && stop.abort(),
  });
  assert.equal(first.summary.status, "stopped");
  const { summary } = await runSweep(() => Gpu.open(), request, { folder });
  assert.equal(summary.status, "done");
});

Deno.test("checkFailures: names the first batch that was given up, and why", () => {
  const state = (batch: string, condition: BatchState["condition"]) =>
    ({ batch, condition, claim: { message: "no room" } }) as unknown as BatchState;
  checkFailures([state("a", "done"), state("b", "running")]);
  assert.throws(() => checkFailures([state("a", "done"), state("b", "abandoned")]), (error) => {
    return error instanceof StaircaseError && /^1 batch failed, b with: no room;/.test(error.message);
  });
});
