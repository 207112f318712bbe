/**
 * Ranks of the features of another program's training, in WebGPU buffers or typed arrays, while it
 * trains.
 *
 * @example Track features that a program computes on its own device.
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/mod.ts";
 * import { RankTracker } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * using tracker = new RankTracker(gpu, { every: 10, epsilons: [1e-3], layers: ["hidden"] });
 * for (let step = 0; step < 20; step++) {
 *   const data = Float32Array.of(1, 0, 0, step);
 *   tracker.track(step, { hidden: { data, rows: 2, columns: 2 } }, 0.5);
 * }
 * const { probes } = await tracker.finish();
 * assert.deepEqual(probes.map(({ step }) => step), [0, 10]);
 * ```
 *
 * @module
 */
export type { ArrayFeatures, BufferFeatures, FeaturePlace, TrackedFeatures } from "./features.ts";
export type { RankTrackerOptions } from "./options.ts";
export { RankTracker, type TrackedLayer } from "./rank_tracker.ts";
export type { FailedStep, NotFiniteLayer, ThinnedFrom, TrackerRecord } from "./record.ts";
