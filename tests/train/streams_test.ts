import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert, fc } from "../deps.ts";
import { fixed } from "../support/dense_case.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { replicaOf, smallTask, train } from "../support/tasks.ts";
import { optionsOf, ways } from "../support/training_ways.ts";

const gpu = await openGpu();

const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 32 - 1 }));

Deno.test("a replica of stream (s, 0) has the bits of a run alone with the seed s", async () => {
  await fc.assert(
    fc.asyncProperty(ways, fc.array(word, { minLength: 3, maxLength: 3 }), async (way, seeds) => {
      const { diverges: _, ...calm } = way;
      const options = optionsOf({ ...calm, diverges: false, replicas: 3 });
      const streams = seeds.map((seed) => ({ seed, stream: 0 }));
      const together = await train(gpu, { ...options, streams });
      const optimizer = {
        ...options.optimizer!,
        learningRate: (options.optimizer!.learningRate as number[])[0],
      };
      const alone = await train(gpu, { ...options, optimizer, replicas: 1, seed: seeds[1] });
      assert.deepEqual(replicaOf(together, 1), alone);
    }),
    fixed(6),
  );
});

/** Full and mini-batches, fused and layered. */
const paths: readonly TrainingOptions[] = [
  { task: smallTask() },
  { task: smallTask({ count: 60 }), batch: 20 },
  { task: smallTask({ count: 60 }), batch: 20, hidden: [130], precision: "single" },
];

Deno.test("replicas of one stream start alike, see the same samples, and differ by their settings alone", async () => {
  for (const path of paths) {
    const options = { ...path, steps: 20, probeEvery: 20, replicas: 4, seed: 9 };
    const streams = [[5, 1], [5, 1], [5, 2], [9, 3]].map(([seed, stream]) => ({ seed, stream }));
    const learningRate = [0.01, 0.02, 0.01, 0.01];
    using training = await Training.create(gpu, {
      ...options,
      streams,
      optimizer: { name: "sgd", learningRate },
    });
    const [first, second, third] = await training.network.readAllParameters();
    assert.deepEqual(second, first);
    assert.notDeepEqual(third, first);
    const { losses: [a, b, c, d] } = await training.finish();
    assert.equal(a[0], b[0]);
    assert.notEqual(a[2], b[2]);
    assert.notEqual(a[0], c[0]);
    // Where nothing differs, nothing does; by default replica r draws from (seed, r).
    const same = await train(gpu, { ...options, streams, optimizer: { name: "sgd", learningRate: 0.01 } });
    assert.deepEqual(same.losses[0], same.losses[1]);
    assert.deepEqual(same.losses[0], a);
    const byDefault = await train(gpu, { ...options, optimizer: { name: "sgd", learningRate: 0.01 } });
    assert.deepEqual(byDefault.losses[3], d);
  }
});

Deno.test("streams that are none are refused", async () => {
  const options = { task: smallTask(), replicas: 2 };
  const one = { seed: 0, stream: 0 };
  const cases: [unknown, RegExp][] = [
    [[one], /^random streams: 1 for 2 replicas; give \{ seed, stream \} for each$/],
    [7, /^random streams: 7 for 2 replicas/],
    [
      [one, { ...one, stream: -1 }],
      /^number of a random stream must be a whole number from 0 to 4294967295, not -1$/,
    ],
    [
      [one, { ...one, seed: 2 ** 32 }],
      /^seed of a random stream must be a whole number from 0 to 4294967295/,
    ],
    [[one, { ...one, replica: 1 }], /^random streams have no "replica"; give some of seed, stream$/],
    [[one, null], /random stream/],
  ];
  for (const [streams, message] of cases) {
    const wrong = { ...options, streams } as TrainingOptions;
    await assert.rejects(Training.create(gpu, wrong), inputError(message));
  }
});
