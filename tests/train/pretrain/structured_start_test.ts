import { InputError } from "../../../src/errors.ts";
import { structuredLayer } from "../../../src/train/pretrain/structured_layer.ts";
import { loadTask } from "../../../src/tasks/registry.ts";
import { Training } from "../../../src/train/training.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();
const task = await loadTask("cosines", { samples: 64 });
const options = { task, hidden: [30, 5], steps: 20, probeEvery: 10, epsilons: [1e-6] };

Deno.test("structured start: the first layer is spread over the samples, the others are Xavier's", async () => {
  const shape = { ...options, replicas: 2, seed: 3 };
  using plain = await Training.create(gpu, { ...shape, initializer: "xavier-normal" });
  using structured = await Training.create(gpu, { ...shape, initializer: "structured" });
  const drawn = await plain.network.readAllParameters();
  for (const [replica, layers] of (await structured.network.readAllParameters()).entries()) {
    const { count, x } = task.train;
    const width = 30, activation = "tanh", seed = 3 * 2 ** 16 + replica;
    assert.deepEqual(layers[0], structuredLayer({ samples: { count, x }, width, activation, seed }));
    assert.deepEqual(layers.slice(1), drawn[replica].slice(1));
  }
  const ranks = (await structured.finish()).probes.map(({ layers: [{ ranks: [{ low }] }] }) => low);
  assert.ok(ranks[0] > 2 * 8, `rank ${ranks[0]} at the start, where Xavier's is 2 to 8`);
});

Deno.test("structured start: a run goes on to the same bits, and features are exported", async () => {
  const structured = { ...options, initializer: "structured", precision: "auto" as const };
  using whole = await Training.create(gpu, structured);
  const features = whole.exportFeatures([20]);
  const trace = await whole.finish();
  using short = await Training.create(gpu, { ...structured, steps: 10 });
  const saved = { trace: await short.finish(), state: await short.readState() };
  using longer = await Training.create(gpu, structured, saved);
  assert.deepEqual((await longer.finish()).losses, trace.losses);
  const probe = trace.probes[trace.probes.length - 1];
  assert.deepEqual((await features.features(probe)).map(({ columns }) => columns), [30, 5]);
});

Deno.test("structured start: an activation without one is refused", async () => {
  await assert.rejects(
    Training.create(gpu, { ...options, initializer: "structured", activation: "identity" }),
    (error) =>
      error instanceof InputError && /no structured start for the activation identity/.test(error.message),
  );
});
