import type { TrainingOptions } from "../../src/train/options.ts";
import type { SavedTraining } from "../../src/train/state.ts";
import type { Probe, Trace } from "../../src/train/trace.ts";
import { Training } from "../../src/train/training.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert, fc } from "../deps.ts";
import { fakeClock, fast, slow } from "../support/clock.ts";
import { fixed } from "../support/dense_case.ts";
import { openGpu } from "../support/gpu.ts";
import { replicaOf, train } from "../support/tasks.ts";
import { optionsOf, type Way, ways } from "../support/training_ways.ts";

// Which bits depend on what, on one adapter and driver. The same whatever the submissions, the
// replicas beside and the interruptions: everything. The same at any cadence of probes: losses,
// accuracies, counted ranks, spectra in double-single arithmetic. Within their certified bounds at
// any cadence: eigenvalues in single precision, since each probe starts from the eigenvectors of
// the one before; so ranks that are certain are the same.

const gpu = await openGpu();

const calm = ways.map((way): Way => ({ ...way, diverges: false }));

/** Trains by a clock that decides the lengths of submissions. */
async function timed(options: TrainingOptions, tick: () => number) {
  using _ = fakeClock(tick);
  using training = await Training.create(gpu, options);
  const counts: number[] = [];
  for await (const { count } of training.chunks()) counts.push(count);
  return { trace: training.trace, counts };
}

Deno.test("the bits do not depend on how steps fall into submissions", async () => {
  await fc.assert(
    fc.asyncProperty(calm, fc.nat(1000), async (way, seed) => {
      const options = optionsOf(way), random = uniform(seed);
      const long = await timed(options, fast);
      const single = await timed(options, slow);
      const mixed = await timed(options, () => 200 * random() ** 4);
      assert.deepEqual(single.counts, new Array(options.steps + 1).fill(1));
      if (options.steps > 8) assert(Math.max(...long.counts) >= 4, long.counts.join());
      assert.deepEqual(single.trace, long.trace);
      assert.deepEqual(mixed.trace, long.trace);
    }),
    fixed(4),
  );
});

Deno.test("the bits of a replica do not depend on those beside it, nor on interruptions", async () => {
  await fc.assert(
    fc.asyncProperty(calm, fc.integer({ min: 1, max: 4 }), async (way, leave) => {
      const alone = optionsOf({ ...way, replicas: 1 });
      const rate = (alone.optimizer!.learningRate as number[])[0];
      const many = { ...alone, optimizer: { ...alone.optimizer!, learningRate: rate } };
      const stream = { seed: 77, stream: 5 }, other = { seed: 1, stream: 0 };
      const one = await train(gpu, { ...alone, streams: [stream] });
      const five = { ...many, replicas: 5, streams: [other, other, other, stream, other] };
      assert.deepEqual(replicaOf(await train(gpu, five), 3), one);

      let from: SavedTraining | null = null;
      const { signal, abort } = controller();
      {
        using training = await Training.create(gpu, { ...five, signal });
        let chunks = 0;
        for await (const _ of training.chunks()) if (++chunks === leave) abort();
        from = { state: await training.readState(), trace: training.trace };
      }
      using _ = fakeClock(slow);
      using again = await Training.create(gpu, five, from);
      assert.deepEqual(replicaOf(await again.finish(), 3), one);
    }),
    fixed(3),
  );
});

function controller() {
  const own = new AbortController();
  return { signal: own.signal, abort: () => own.abort() };
}

Deno.test("at any cadence of probes: the same losses, and spectra that certify each other", async () => {
  let spectra = 0, counts = 0;
  await fc.assert(
    fc.asyncProperty(calm, fc.constantFrom(2, 3, 5), async (way, factor) => {
      const options = { ...optionsOf({ ...way, spectraEvery: 1 }), steps: 60 };
      const often = await train(gpu, options);
      const seldom = await train(gpu, { ...options, probeEvery: factor * options.probeEvery! });
      const counted = await train(gpu, { ...options, spectraEvery: 3 });
      const countedSeldom = await train(gpu, {
        ...options,
        probeEvery: 2 * options.probeEvery!,
        spectraEvery: 3,
      });
      assert.deepEqual(seldom.losses, often.losses);
      assert.deepEqual(counted.losses, often.losses);
      const pairs = [
        ...together(seldom, often),
        ...together(counted, often),
        ...together(counted, countedSeldom),
      ];
      for (const [a, b] of pairs) {
        assert.deepEqual([a.accuracy, a.relativeError], [b.accuracy, b.relativeError]);
        if (a.kind === b.kind) assert.equal(a.loss, b.loss);
        if (a.kind === "count" && b.kind === "count") {
          // Nothing is kept from one to the next.
          assert.deepEqual(a, b);
          counts++;
        }
        for (const [l, layer] of a.layers.entries()) {
          const other = b.layers[l];
          for (const [e, rank] of layer.ranks.entries()) {
            // Both intervals hold the rank.
            const low = Math.max(rank.low, other.ranks[e].low),
              high = Math.min(rank.high, other.ranks[e].high);
            assert(low <= high, `step ${a.step}: [${rank.low}, ${rank.high}], ${other.ranks[e].low}`);
          }
          if (layer.kind === "count" || other.kind === "count") continue;
          if (layer.precision === "double" && other.precision === "double") {
            assert.deepEqual(layer, other);
            continue;
          }
          if (layer.precision !== other.precision) continue;
          spectra++;
          for (const [i, value] of layer.eigenvalues.entries()) {
            const gap = Math.abs(value - other.eigenvalues[i]), bound = layer.bounds[i] + other.bounds[i];
            assert(gap <= bound, `step ${a.step}: ${value} and ${other.eigenvalues[i]}, within ${bound}`);
          }
        }
      }
    }),
    fixed(3),
  );
  assert(spectra > 50 && counts > 10, `${spectra} spectra and ${counts} counts compared`);
});

/** Probes of two traces at the same step of the same replica. */
function together(a: Trace, b: Trace): [Probe, Probe][] {
  return a.probes.flatMap((probe): [Probe, Probe][] => {
    const other = b.probes.find(({ step, replica }) => step === probe.step && replica === probe.replica);
    return other ? [[probe, other]] : [];
  });
}
