import { readSnapshots, writeSnapshot } from "../../src/io/snapshot_file.ts";
import { assert } from "../deps.ts";
import { temporaryFolder } from "../support/program.ts";

Deno.test("snapshot_file: snapshots come back by their steps; damaged and foreign ones are left out", async () => {
  using folder = temporaryFolder();
  const { path } = folder, identity = { seed: "1" };
  const at = (step: number) => ({
    step,
    notes: { widths: [1] },
    arrays: { a: Float32Array.of(step, NaN), b: new Float32Array(0) },
  });
  assert.deepEqual(await readSnapshots(`${path}/none`, 0, identity), []);
  for (const step of [100, 9, 0]) await writeSnapshot(path, 0, identity, at(step));
  await writeSnapshot(path, 1, identity, at(5));
  await writeSnapshot(path, 0, { seed: "2" }, at(50));
  const whole = await Deno.readFile(`${path}/run-0-9.snapshot`);
  for (let cut = 0; cut < whole.length; cut += 7) {
    await Deno.writeFile(`${path}/run-0-3.snapshot`, whole.subarray(0, cut));
    const damaged = whole.slice();
    damaged[cut] ^= 1;
    await Deno.writeFile(`${path}/run-0-4.snapshot`, damaged);
    assert.deepEqual(await readSnapshots(path, 0, identity), [at(0), at(9), at(100)]);
  }
  // A step that is written again replaces what is there.
  await writeSnapshot(path, 0, identity, { ...at(9), notes: null });
  assert.equal((await readSnapshots(path, 0, identity))[1].notes, null);
});
