import { assert } from "../../deps.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { EigenBatch } from "../../../src/linalg/eigen/eigen_batch.ts";
import { JACOBI_TOLERANCE } from "../../../src/linalg/eigen/jacobi.ts";
import { decodeProgress } from "../../../src/linalg/eigen/jacobi_solver.ts";
import { bindRounds } from "../../../src/linalg/eigen/jacobi_rounds.ts";
import { padRows } from "../../../src/linalg/matrix_view.ts";
import { U } from "../../reference/rounding.ts";
import { indefinite } from "../matrices.ts";

const OPTIONS = { tolerance: JACOBI_TOLERANCE, least: U, shares: {} };

/** Binds the rounds of one matrix, and runs the first dispatches of them. */
async function run(gpu: Gpu, n: number, dispatches: number) {
  using batch = new EigenBatch(gpu, [n]);
  batch.matrices.write(padRows(indefinite(n, n), n, batch.rows / 4));
  const { start, sweep, most } = await bindRounds(gpu, batch, "single", OPTIONS);
  assert.deepEqual([sweep, most], [[], 0]);
  const commands = new Commands(gpu);
  commands.run(...start.slice(0, dispatches));
  commands.submit();
  const words = await batch.progress.read();
  return { bound: start.length, done: new Uint32Array(words.buffer)[1] === 1, ...decodeProgress(words, 0) };
}

Deno.test("jacobi_rounds: many dispatches for a large matrix, each of which makes rounds where the last one stopped", async () => {
  using gpu = await Gpu.open();
  const n = 128, sweep = n - 1;
  const first = await run(gpu, n, 1), second = await run(gpu, n, 2), all = await run(gpu, n, 1000);
  assert.ok(first.bound > 2 && !first.done && first.rounds > 0);
  // A dispatch may make a round more, to end its turn; the second one may come to the end.
  const twice = Math.min(2 * first.rounds, all.rounds);
  assert.ok(Math.abs(second.rounds - twice) <= 1, `${second.rounds} against ${first.rounds}`);
  assert.ok(all.done && all.rounds % sweep === 0 && all.rounds <= 16 * sweep, `${all.rounds}`);
  assert.ok(all.off <= JACOBI_TOLERANCE * n, `${all.off}`);
});

Deno.test("jacobi_rounds: small matrices take few dispatches, and the end comes with a look", async () => {
  using gpu = await Gpu.open();
  for (const n of [1, 4, 16]) {
    const { bound, done, rounds } = await run(gpu, n, 1000);
    assert.ok(bound <= 2 && done, `${bound} dispatches for order ${n}`);
    assert.equal(rounds % Math.max(1, 4 * Math.ceil(n / 4) - 1), 0);
  }
});
