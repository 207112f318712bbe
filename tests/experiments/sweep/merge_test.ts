import { join } from "node:path";
import { StaircaseError } from "../../../src/errors.ts";
import { mergeSweeps } from "../../../src/experiments/sweep/merge.ts";
import type { TrialOutcome } from "../../../src/experiments/sweep/outcome.ts";
import { packTrials } from "../../../src/experiments/sweep/pack.ts";
import { writeResults } from "../../../src/experiments/sweep/results.ts";
import { shardOf } from "../../../src/experiments/sweep/shards.ts";
import {
  batchFolder,
  checkFolder,
  isBatchDone,
  packInFolder,
  readSweep,
  writeSweep,
} from "../../../src/experiments/sweep/sweep_folder.ts";
import type { Batch, Sweep } from "../../../src/experiments/sweep/batch.ts";
import { readTrials, writeTrials } from "../../../src/experiments/sweep/trials_file.ts";
import { assert } from "../../deps.ts";
import { inputError } from "../../support/input_error.ts";
import { temporaryFolder } from "../../support/program.ts";
import { madeOutcome, planOf } from "../../support/sweeps.ts";

const circumstances = {
  host: "h",
  adapter: "a",
  implementation: "wgpu",
  backend: null,
  version: "0",
  seconds: 1.5,
  ended: "2026-11-29T20:00:00Z",
};
const plan = await planOf({ base: { samples: 20, steps: 60 }, grid: { width: [5, 9], seed: "0..6" } });
const sweep: Sweep = { plan, batches: packTrials(plan, { most: 2 }) };

/** Leaves outcomes of batches in a folder, as if they had trained there. */
async function leave(
  folder: string,
  of: Sweep,
  batches: readonly Batch[],
  change: (outcome: TrialOutcome) => TrialOutcome = (outcome) => outcome,
): Promise<void> {
  await writeSweep(folder, of);
  for (const batch of batches) {
    await Deno.mkdir(batchFolder(folder, batch), { recursive: true });
    const trials = batch.trials.map((trial) =>
      change(madeOutcome(trial, trial.settings.seed === 3 ? 25 : null))
    );
    await writeTrials(batchFolder(folder, batch), { id: batch.id, circumstances, isCopy: false, trials });
  }
}

const FILES = ["sweep.csv", "sweep.parquet", "sweep.svg"];

Deno.test("mergeSweeps: shards give the bytes of one folder, in any order and again, merged folders too", async () => {
  using folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  await leave(at("whole"), sweep, sweep.batches);
  await writeResults(at("whole"), await readSweep(at("whole")));
  const shards = [1, 2, 3].map((index) => at(`shard-${index}`));
  for (const [i, shard] of shards.entries()) {
    await leave(shard, sweep, shardOf(sweep.batches, { index: i + 1, count: 3 }));
  }
  const same = async (name: string) => {
    for (const file of FILES) {
      const [mine, whole] = await Promise.all(
        [name, "whole"].map((each) => Deno.readFile(join(at(each), file))),
      );
      assert.deepEqual(mine, whole, `${name}/${file}`);
    }
  };
  const { summary, missing } = await mergeSweeps([shards[2], shards[0], shards[1]], { out: at("a") });
  assert.deepEqual([summary, missing], [
    { status: "done", trials: 14, done: 14, diverged: 2, batches: 8 },
    [],
  ]);
  await same("a");
  await mergeSweeps([shards[1], shards[2], shards[0], shards[0]], { out: at("a") });
  await same("a");
  await mergeSweeps([at("a")], { out: at("b") });
  await same("b");
  await mergeSweeps([...shards], { out: shards[0] });
  await same("shard-1");
});

Deno.test("mergeSweeps: names missing trials; --partial merges what is there, and more can follow", async () => {
  using folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  await leave(at("one"), sweep, shardOf(sweep.batches, { index: 1, count: 2 }));
  await leave(at("two"), sweep, shardOf(sweep.batches, { index: 2, count: 2 }));
  await assert.rejects(
    mergeSweeps([at("one")], { out: at("out") }),
    inputError(
      /^\d trials of 14 missing: width=\d seed=\d \([0-9a-f]{16}\), .* more; run the other shards, or give --partial/,
    ),
  );
  await assert.rejects(Deno.stat(at("out")), Deno.errors.NotFound);
  const { summary, missing } = await mergeSweeps([at("one")], { out: at("out"), partial: true });
  assert.equal(summary.status, "stopped");
  assert.equal(summary.done + missing.length, 14);
  const record = JSON.parse(await Deno.readTextFile(join(at("out"), "run.json")));
  assert.deepEqual(record.missing, missing.map(({ id }) => id));
  assert.equal((await mergeSweeps([at("out"), at("two")], { out: at("out") })).summary.status, "done");
});

Deno.test("mergeSweeps: refuses other plans, folders without one, and trials with two outcomes", async () => {
  using folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  await leave(at("one"), sweep, sweep.batches);
  const other = await planOf({ base: { samples: 20, steps: 60 }, grid: { width: [5, 9], seed: "0..5" } });
  await leave(at("other"), { plan: other, batches: packTrials(other, { most: 2 }) }, []);
  const out = at("out");
  await assert.rejects(
    mergeSweeps([at("one"), at("other")], { out }),
    inputError(/other has another plan than .*one \(12 trials, not 14/),
  );
  await assert.rejects(mergeSweeps([at("one")], { out: at("other") }), inputError(/other has another plan/));
  await assert.rejects(
    mergeSweeps([at("none")], { out }),
    inputError(/none: there is no sweep; give a folder/),
  );
  await leave(
    at("two"),
    sweep,
    sweep.batches.slice(0, 1),
    (outcome) => ({ ...outcome, loss: outcome.loss / 2 }),
  );
  await assert.rejects(mergeSweeps([at("one"), at("two")], { out }), (error) => {
    assert(error instanceof StaircaseError && /has other numbers in .*two than in .*one/.test(error.message));
    return true;
  });
});

Deno.test("a batch is done where its file is whole: cut, changed or foreign files do not count", async () => {
  using folder = temporaryFolder();
  const [batch, next] = sweep.batches, path = batchFolder(folder.path, batch);
  await leave(folder.path, sweep, [batch]);
  assert(await isBatchDone(folder.path, batch));
  const outcome = (await readTrials(path))!;
  assert.deepEqual(outcome.trials, batch.trials.map((trial) => madeOutcome(trial)));
  assert(outcome.trials.some(({ layers }) => Number.isNaN(layers[0].ranks[0].pValues.trend)), "NaN is kept");
  const file = join(path, "trials.json"), text = await Deno.readTextFile(file);
  for (
    const broken of [
      "",
      "{",
      text.slice(0, -1),
      text.slice(0, -2),
      text.replace("0.5", "0.6"),
      text.slice(1),
      `${text}x`,
    ]
  ) {
    await Deno.writeTextFile(file, broken);
    assert.equal(await isBatchDone(folder.path, batch), false, broken.slice(-20));
  }
  await Deno.mkdir(batchFolder(folder.path, next), { recursive: true });
  await Deno.writeTextFile(join(batchFolder(folder.path, next), "trials.json"), text);
  assert.equal(await isBatchDone(folder.path, next), false, "outcomes of another batch");
});

Deno.test("readSweep: the folder alone gives the same sweep; a plan that gained trials keeps its batches", async () => {
  using folder = temporaryFolder();
  await leave(folder.path, sweep, sweep.batches);
  const read = await readSweep(folder.path);
  assert.deepEqual(read.plan.keys, plan.keys);
  assert.deepEqual(read.plan.trials.map(({ id }) => id), plan.trials.map(({ id }) => id));
  assert.deepEqual(read.batches.map(({ id }) => id), sweep.batches.map(({ id }) => id));
  const more = await planOf({ base: { samples: 20, steps: 60 }, grid: { width: [5, 7, 9], seed: "0..7" } });
  const grown = await packInFolder(folder.path, more, { most: 64 });
  const ids = new Set(grown.batches.map(({ id }) => id));
  assert(sweep.batches.every(({ id }) => ids.has(id)));
  await writeSweep(folder.path, grown);
  const { summary } = await writeResults(folder.path, await readSweep(folder.path));
  assert.deepEqual([summary.trials, summary.done], [24, 14]);
  // A plan that lost trials: what is done counts, though its batches hold others as well.
  const fewer = await planOf({ base: { samples: 20, steps: 60 }, grid: { width: [9], seed: [1, 2, 4] } });
  const left = await packInFolder(folder.path, fewer);
  await writeSweep(folder.path, left);
  for (const batch of left.batches) assert(await isBatchDone(folder.path, batch));
  assert.equal((await writeResults(folder.path, left)).summary.status, "done");
  const [, ...placed] = (await Deno.readTextFile(join(folder.path, "trials.csv"))).trimEnd().split("\n");
  const known = new Map(
    sweep.batches.flatMap(({ id, trials }) => trials.map((trial, r) => [trial.id, [id, r]])),
  );
  for (const [i, line] of placed.entries()) {
    const [trial, batch, replica] = line.split(",");
    assert.equal(trial, fewer.trials[i].id);
    assert.deepEqual([batch, Number(replica)], known.get(trial), "where it ran, and not its copy");
  }
  assert.equal(placed.length, 3);
});

Deno.test("folders of something else are refused: other trials, other runs, broken and stale plans", async () => {
  using folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  await checkFolder(at("new"), plan);
  await leave(at("one"), sweep, []);
  await checkFolder(at("one"), plan);
  const other = await planOf({ grid: { seed: [99] } });
  await assert.rejects(checkFolder(at("one"), other), inputError(/one holds a sweep of other trials/));
  await Deno.mkdir(at("run"));
  await Deno.writeTextFile(join(at("run"), "run.json"), "{}");
  await assert.rejects(checkFolder(at("run"), plan), inputError(/run holds another run/));
  const file = join(at("one"), "plan.json"), text = await Deno.readTextFile(file);
  for (
    const [broken, message] of [["{", /JSON/], ["{}", /is no plan that a sweep wrote/], [
      "[]",
      /is no plan/,
    ]] as const
  ) {
    await Deno.writeTextFile(file, broken);
    await assert.rejects(readSweep(at("one")), inputError(message), broken);
    await assert.rejects(checkFolder(at("one"), plan), inputError(message), broken);
  }
  await Deno.writeTextFile(file, text.replace('"steps":60', '"steps":61'));
  await assert.rejects(readSweep(at("one")), inputError(/trial 0 would train something else/));
});
