/**
 * Processes that share a sweep's folder, without Slurm.
 *
 * @module
 */
import { assert } from "../../deps.ts";
import { filesIn, foldersIn, temporaryFolder } from "../../support/program.ts";
import { sweepWell } from "../../support/slurm_sweep.ts";

const GRID = ["--grid=learningRate=1e-2,3e-3 seed=0..2", "--trials-per-batch=1", "--width=8", "--steps=200"];

Deno.test("two processes share a sweep, each batch is trained once, and both return when all is done", async () => {
  using folder = temporaryFolder();
  const [one, other] = await Promise.all([1, 2].map(() => sweepWell([...GRID, "--out=o"], folder.path)));
  for (const { out } of [one, other]) assert.match(out, /^6 trials in 6 batches\n/);
  const claims = filesIn(`${folder.path}/o/claims`);
  assert.deepEqual([claims.length, claims.every((name) => name.endsWith(".1"))], [6, true]);
  assert.equal(foldersIn(`${folder.path}/o/batches`).length, 6);
  assert.deepEqual(foldersIn(`${folder.path}/o/work`), []);
  await sweepWell([...GRID, "--out=alone", "--quiet"], folder.path);
  const [shared, alone] = ["o", "alone"].map((out) =>
    Deno.readTextFileSync(`${folder.path}/${out}/sweep.csv`)
  );
  assert.equal(shared, alone);
});
