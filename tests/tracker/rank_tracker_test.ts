import { ShapeError } from "../../src/errors.ts";
import { staircaseData } from "../../src/plot/staircase/figure_data.ts";
import { staircaseFigure } from "../../src/plot/staircase/staircase.ts";
import type { TrackedFeatures } from "../../src/tracker/features.ts";
import { RankTracker } from "../../src/tracker/rank_tracker.ts";
import { summarize } from "../../src/train/summary.ts";
import { assert, fc } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { bufferOf, eigenvaluesOf, lowRank, placed } from "../support/tracked.ts";

const gpu = await openGpu();
const { device } = gpu;

Deno.test("a tracker: ranks of random shapes hold those of float64, and are certain", async () => {
  const layer = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 18 }),
    offset: fc.integer({ min: 0, max: 9 }),
    gap: fc.constantFrom(0, 0, 1, 3, 100),
    isBuffer: fc.boolean(),
  });
  const run = fc.record({
    layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
    steps: fc.integer({ min: 1, max: 4 }),
    spectraEvery: fc.constantFrom(1, 2, Infinity),
    threshold: fc.constantFrom("absolute" as const, "absolute" as const, "relative" as const),
    seed: fc.nat(1e6),
  });
  const epsilons = [1e-2, 1e-4, 3e-9];
  let certain = 0, all = 0, counted = 0, between = 0;
  await fc.assert(
    fc.asyncProperty(run, async ({ layers, steps, seed, ...options }) => {
      using tracker = new RankTracker(gpu, { every: 5, epsilons, ...options });
      const truths: Float64Array[][] = [];
      for (let s = 0; s < steps; s++) {
        const features: Record<string, TrackedFeatures> = {}, buffers: GPUBuffer[] = [];
        truths.push(layers.map(({ rows, columns, offset, gap, isBuffer }, l) => {
          const stride = columns + gap, rank = 1 + (s + l) % Math.min(rows, columns);
          const entries = lowRank(rows, columns, rank, seed + 10 * s + l);
          const words = placed(entries, { rows, columns, offset, stride });
          const shape = { rows, columns, offset, stride };
          if (isBuffer) {
            const buffer = bufferOf(device, words);
            buffers.push(buffer);
            features[`layer ${l}`] = { buffer, ...shape };
          } else features[`layer ${l}`] = { data: words, ...shape };
          return eigenvaluesOf({ rows, columns, data: entries });
        }));
        assert.equal(tracker.track(5 * s, features, s), true);
        for (const buffer of buffers) buffer.destroy();
        for (const each of Object.values(features)) if ("data" in each) each.data.fill(7);
      }
      const trace = await tracker.finish();
      assert.deepEqual(trace.probes.map(({ step, loss }) => [step, loss]), truths.map((_, s) => [5 * s, s]));
      trace.probes.forEach((probe, s) => {
        const isSolved = options.threshold === "relative" || s % options.spectraEvery === 0 ||
          s === steps - 1;
        // Where a count leaves every layer in doubt, all are solved, and a spectrum stands there.
        if (isSolved) assert.equal(probe.kind, "spectrum");
        counted += +(!isSolved && probe.kind === "count");
        between += +!isSolved;
        probe.layers.forEach(({ ranks }, l) => {
          const values = truths[s][l];
          for (const { epsilon, rank, low, high } of ranks) {
            const at = options.threshold === "relative" ? epsilon * values[0] : epsilon;
            // Float64 itself is off by a share of λ₁.
            const off = 1e-13 * values[0];
            const [least, most] = [at + off, at - off].map((end) =>
              values.filter((value) => value > end).length
            );
            assert(low <= most && least <= high, `[${low}, ${high}] does not hold ${least} to ${most}`);
            assert(low <= rank && rank <= high && high <= values.length);
            certain += +(low === high);
            all++;
          }
        });
      });
    }),
    { numRuns: 15 },
  );
  assert(certain / all > 0.97, `${certain} of ${all} are certain`);
  assert(counted > between / 2, `${counted} of ${between} steps between spectra were counted`);
});

Deno.test("a tracker: it takes what the buffer held when it was called", async () => {
  using tracker = new RankTracker(gpu, { every: 1, epsilons: [1e-3] });
  const rows = 12, columns = 8, buffer = bufferOf(device, new Float32Array(rows * columns));
  for (let step = 0; step < 8; step++) {
    device.queue.writeBuffer(buffer, 0, lowRank(rows, columns, step + 1, 50));
    tracker.track(step, { only: { buffer, rows, columns } });
    device.queue.writeBuffer(buffer, 0, new Float32Array(rows * columns).fill(NaN));
  }
  buffer.destroy();
  const { probes } = await tracker.finish();
  const found = probes.map(({ layers: [{ ranks: [{ low, high }] }] }) => [low, high]);
  const expected = Array.from({ length: 8 }, (_, step) => {
    const data = lowRank(rows, columns, step + 1, 50);
    const rank = eigenvaluesOf({ rows, columns, data }).filter((value) => value > 1e-3).length;
    return [rank, rank];
  });
  assert.deepEqual(found, expected);
  assert.deepEqual(tracker.record.notFinite, []);
});

Deno.test("a tracker: a buffer that can only be read is read in place", async () => {
  using tracker = new RankTracker(gpu, { every: 1, epsilons: [1e-3] });
  const rows = 9, columns = 5, usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const places = [{ offset: 0, stride: 5 }, { offset: 3, stride: 7 }, { offset: 1, stride: 40 }];
  const entries = places.map((_, step) => lowRank(rows, columns, 2 * step + 1, 5));
  const features = places.map((place, step) => {
    const shape = { rows, columns, ...place };
    return { a: { buffer: bufferOf(device, placed(entries[step], shape), usage), ...shape } };
  });
  assert.throws(() => tracker.track(0, features[0]), /tracker.ready/);
  await tracker.ready;
  for (const step of places.keys()) {
    assert.equal(tracker.track(step, features[step]), true);
    features[step].a.buffer.destroy();
  }
  const { probes } = await tracker.finish();
  assert.deepEqual(
    probes.map(({ layers: [{ ranks: [{ low, high }] }] }) => [low, high]),
    entries.map((data) => eigenvaluesOf({ rows, columns, data }).filter((value) => value > 1e-3).length)
      .map((rank) => [rank, rank]),
  );
});

Deno.test("a tracker: nothing happens between the steps that are tracked", async () => {
  using tracker = new RankTracker(gpu, { every: 4, epsilons: [1e-3], layers: ["a"] });
  const taken: number[] = [];
  for (let step = 0; step < 10; step++) {
    assert.equal(tracker.wants(step), step % 4 === 0);
    const features = tracker.wants(step) ? { data: Float32Array.of(1, 0, 0, 1), rows: 2, columns: 2 } : null;
    if (tracker.track(step, { a: features as TrackedFeatures })) taken.push(step);
  }
  assert.deepEqual(taken, [0, 4, 8]);
  const trace = await tracker.finish();
  assert.deepEqual(trace.probes.map(({ step }) => step), taken);
  assert.deepEqual([...trace.losses[0]], new Array(9).fill(NaN));
  assert.deepEqual((await tracker.finish()).probes.length, 3);
});

Deno.test("a tracker: losses may come late, or not at all", async () => {
  using tracker = new RankTracker(gpu, { every: 1 });
  const features = { a: { data: Float32Array.of(1, 2), rows: 1, columns: 2 } };
  tracker.track(0, features, new Promise((resolve) => setTimeout(() => resolve(0.5), 50)));
  tracker.track(1, features, Promise.reject(new Error("no loss")));
  tracker.track(2, features, 0.25);
  const { probes, losses } = await tracker.finish();
  assert.deepEqual(probes.map(({ loss }) => loss), [0.5, NaN, 0.25]);
  assert.deepEqual([...losses[0]], [0.5, NaN, 0.25]);
});

Deno.test("a tracker: where the GPU does not keep up, every other step is left out, and the record says so", async () => {
  using tracker = new RankTracker(gpu, { every: 10, epsilons: [1e-3], capacity: 4 });
  const features = { a: { data: Float32Array.of(1, 0, 0, 1), rows: 2, columns: 2 } };
  const taken: number[] = [];
  // The host lets nobody else have a turn.
  for (let step = 0; step <= 200; step += 10) if (tracker.track(step, features)) taken.push(step);
  assert.deepEqual(taken, [0, 10, 20, 30]);
  assert.deepEqual(
    tracker.record.thinned,
    [40, 60, 80, 160].map((step, i) => ({ step, every: 20 * 2 ** i })),
  );
  await tracker.flush();
  // It was only that nothing had been compiled.
  assert.equal(tracker.track(210, features), true);
  assert.deepEqual(tracker.record.thinned.at(-1), { step: 210, every: 10 });
  for (let step = 220; step <= 270; step += 10) tracker.track(step, features);
  const { every, tracked } = tracker.record;
  assert.deepEqual([every, tracked], [40, 8]);
  await tracker.flush();
  // Now it is that the GPU is slow.
  assert.deepEqual([290, 300, 320].map((step) => tracker.track(step, features)), [false, false, true]);
  const { probes } = await tracker.finish();
  assert.deepEqual(probes.map(({ step }) => step), [0, 10, 20, 30, 210, 220, 230, 240, 320]);
});

Deno.test("a tracker: features that are not finite have no rank, and others have theirs", async () => {
  using tracker = new RankTracker(gpu, { every: 1, epsilons: [1e-3] });
  const fine = { data: Float32Array.of(1, 0, 0, 1, 0, 0), rows: 3, columns: 2 };
  for (const [step, bad] of [NaN, 1, Infinity, 1e30, NaN].entries()) {
    tracker.track(step, { fine, bad: { ...fine, data: Float32Array.of(1, 0, 0, bad, 0, 0) } });
  }
  const { probes } = await tracker.finish();
  const ranks = probes.map(({ layers }) => layers.map(({ ranks: [{ low, high }] }) => [low, high]));
  assert.deepEqual(ranks, [[[2, 2], [0, 2]], [[2, 2], [2, 2]], [[2, 2], [0, 2]], [[2, 2], [1, 2]], [[2, 2], [
    0,
    2,
  ]]]);
  assert.deepEqual(tracker.record.notFinite, [0, 2, 4].map((step) => ({ step, layer: "bad" })));
});

Deno.test("a tracker: batches may change their size, layers not their width", async () => {
  using tracker = new RankTracker(gpu, { every: 1, epsilons: [1e-3] });
  const of = (rows: number, columns = 6) => ({
    a: { data: lowRank(rows, columns, 3, rows), rows, columns },
    b: { data: Float32Array.of(1), rows: 1, columns: 1 },
  });
  for (const [step, rows] of [20, 20, 7, 20, 1, 2].entries()) tracker.track(step, of(rows));
  assert.throws(() => tracker.track(6, of(20, 7)), ShapeError);
  const { probes } = await tracker.finish();
  assert.deepEqual(
    probes.map(({ layers }) => layers.map(({ ranks: [{ low, high }] }) => [low, high])),
    [3, 3, 3, 3, 1, 2].map((rank) => [[rank, rank], [1, 1]]),
  );
  assert.deepEqual(tracker.layers, [{ name: "a", width: 6 }, { name: "b", width: 1 }]);
});

Deno.test("a tracker: wide layers are solved, and weights count", async () => {
  const weights = Float64Array.of(0.5, 1e-9, 2);
  using tracker = new RankTracker(gpu, { every: 1, epsilons: [1e-3], weights });
  const wide = new Float32Array(3 * 300), narrow = new Float32Array(9);
  for (let k = 0; k < 3; k++) wide[301 * k] = narrow[4 * k] = 1;
  for (let step = 0; step < 3; step++) {
    tracker.track(step, {
      wide: { data: wide, rows: 3, columns: 300 },
      narrow: { data: narrow, rows: 3, columns: 3 },
    });
  }
  const { probes } = await tracker.finish();
  assert.deepEqual(
    probes.map((
      { kind, layers },
    ) => [kind, ...layers.map(({ kind, ranks: [{ low, high }] }) => [kind, low, high])]),
    ["spectrum", "count", "spectrum"].map((kind) => [kind, ["spectrum", 2, 2], [kind, 2, 2]]),
  );
});

Deno.test("a tracker: a rank that a count leaves in doubt is solved by the end", async () => {
  // 3·10⁻⁵ above ε, of which counts claim nothing within 10⁻⁴.
  const epsilon = 1e-4, near = Math.sqrt(2 * epsilon * (1 + 3e-5));
  const features = { a: { data: Float32Array.of(1, 0, 0, near), rows: 2, columns: 2 } };
  const middle = async (precision: "single" | "auto" | "double") => {
    using tracker = new RankTracker(gpu, { every: 1, epsilons: [epsilon], precision });
    for (let step = 0; step < 12; step++) tracker.track(step, features);
    const { probes } = await tracker.finish();
    return probes.slice(1, -1).map(({ layers: [{ kind, ranks: [{ low, high }] }] }) => [kind, low, high]);
  };
  assert.deepEqual(await middle("single"), new Array(10).fill(["count", 1, 2]));
  // Eight may wait; the others keep their intervals.
  for (const precision of ["auto", "double"] as const) {
    const found = await middle(precision);
    const solved = found.filter(([kind]) => kind === "spectrum");
    assert(solved.length >= 8 && solved.every(([, low, high]) => low === 2 && high === 2));
    assert(found.every(([, low, high]) => low === 2 && high === 2 || low === 1 && high === 2));
  }
});

Deno.test("a tracker: no step is lost, however calls fall", async () => {
  const action = fc.constantFrom("track", "track", "track", "turn", "wait", "flush");
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 40 }),
      fc.integer({ min: 1, max: 5 }),
      async (actions, capacity) => {
        using tracker = new RankTracker(gpu, { every: 1, epsilons: [1e-3], capacity, spectraEvery: 3 });
        const taken: number[] = [], waits: Promise<void>[] = [];
        for (const [step, action] of actions.entries()) {
          const rows = 2 + +(step > 20), data = new Float32Array(2 * rows).fill(1);
          if (action === "track" && tracker.track(step, { a: { data, rows, columns: 2 } }, step)) {
            taken.push(
              step,
            );
          }
          if (action === "turn") await Promise.resolve();
          if (action === "wait") await new Promise((resolve) => setTimeout(resolve, 3));
          if (action === "flush") waits.push(tracker.flush());
        }
        await Promise.all(waits);
        const { probes } = await tracker.finish();
        assert.deepEqual(probes.map(({ step, loss }) => [step, loss]), taken.map((step) => [step, step]));
        assert(probes.every(({ layers: [{ ranks: [{ low, high }] }] }) => low === 1 && high === 1));
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("a tracker: its trace has a summary and a figure with the names of layers", async () => {
  using tracker = new RankTracker(gpu, { every: 2, epsilons: [1e-2, 1e-4], layers: { first: 6, last: 5 } });
  for (let step = 0; step < 24; step++) {
    const rank = 1 + Math.floor(step / 8);
    tracker.track(step, {
      first: { data: lowRank(30, 6, rank, step), rows: 30, columns: 6 },
      last: { data: lowRank(30, 5, rank, step), rows: 30, columns: 5 },
    }, 1 / (1 + step));
  }
  const trace = await tracker.finish();
  const { replicas: [{ layers }] } = summarize(trace);
  assert.deepEqual(layers.map(({ spectra }) => spectra), [2, 2]);
  assert.deepEqual(layers.map(({ ranks: [, { initial, final }] }) => [initial, final.rank]), [[1, 3], [
    1,
    3,
  ]]);
  const texts = { title: "Ranks", subtitle: "tracked", lossName: "loss", threshold: "absolute" } as const;
  const svg = staircaseFigure(staircaseData(trace, { ...texts, layers: tracker.layers }));
  assert.match(svg, /first · 6 neurons.*last · 5 neurons/s);
});
