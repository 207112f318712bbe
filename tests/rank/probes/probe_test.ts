import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { padRows, vectors } from "../../../src/linalg/matrix_view.ts";
import { STATE_WORDS } from "../../../src/nn/optim/update.ts";
import { bindProbe } from "../../../src/rank/probes/probe.ts";
import { bindSpectra } from "../../../src/rank/spectra/spectra.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { referenceEigenvalues, tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("bindProbe: losses, norms, spectra and moments of each replica, in the slot of the probe", async () => {
  using stack = new DisposableStack();
  const samples = 30, width = 6, replicas = 2, outputs = 1, stride = vectors(width);
  const random = uniform(5);
  const array = (label: string, words: Float32Array | number) => stack.use(new GpuArray(gpu, label, words));
  const features = Array.from({ length: replicas }, () => tanhFeatures(random, samples, width));
  const padded = new Float32Array(replicas * samples * stride * 4);
  features.forEach((each, replica) => padded.set(padRows(each, width), replica * samples * stride * 4));
  const weights = new Float32Array(samples).fill(1 / samples);
  const y = Float32Array.from({ length: samples }, () => random());
  const view = { array: array("features", padded), stride, batch: samples * stride };
  const spectra = await bindSpectra(gpu, [{ features: view, width }], {
    samples,
    replicas,
    weights: array("weights", weights),
    targets: { array: array("targets", padRows(y, outputs)), stride: vectors(outputs), batch: 0 },
  }, stack);
  // Two vectors of weights and one of biases a replica: ‖β‖ = 5 and 10, ‖b‖ = 2 and 4.
  const parameters = Float32Array.of(3, 0, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 6, 0, 0, 0, 0, 8, 0, 0, 4, 0, 0, 0);
  const probe = await bindProbe(gpu, spectra, {
    widths: [width],
    replicas,
    samples,
    outputs,
    loss: { array: array("partials", Float32Array.of(0.5, 1, 0.25, 2, 4, 5, 8, 6)), count: 2 },
    heldOut: { array: array("held-out partials", Float32Array.of(0.75, 9, 1.5, 10)), count: 1 },
    parameters: { array: array("parameters", parameters), batch: 3, weights: 0, bias: 2 },
    states: array("states", STATE_WORDS * replicas),
    capacity: 2,
  }, stack);
  assert.equal(probe.capacity, 2);
  const commands = new Commands(gpu);
  commands.run(...spectra.dispatches, ...spectra.dispatches, probe.dispatch, probe.dispatch);
  commands.submit();
  const words = await probe.records.read();
  for (let replica = 0; replica < replicas; replica++) {
    const records = [0, 1].map((index) => probe.decode(words, index, replica));
    assert.deepEqual(records[1], records[0]);
    const [{ loss, hits, heldOutLoss, heldOutHits, weightNorm, biasNorm, layers }] = records;
    assert.deepEqual([loss, hits], [[0.75, 3], [12, 11]][replica]);
    assert.deepEqual([heldOutLoss, heldOutHits], [[0.75, 9], [1.5, 10]][replica]);
    assert.deepEqual([weightNorm, biasNorm], [[5, 2], [10, 4]][replica]);
    const [{ eigenvalues, bounds, moments }] = layers;
    referenceEigenvalues(features[replica], width, weights).forEach((value, i) => {
      assert.ok(Math.abs(eigenvalues[i] - value) <= bounds[i], `λ_${i + 1}`);
    });
    // ⟨ψ_i, y⟩² / λ_i sums up to no more than ‖y‖², and so do the moments with 1 to no more than 1.
    const square = y.reduce((sum, value) => sum + value ** 2 / samples, 0);
    const projected = (each: Float64Array) =>
      each.reduce((sum, value, i) => eigenvalues[i] > 1e-6 ? sum + value ** 2 / eigenvalues[i] : sum, 0);
    assert.ok(projected(moments!.targetMoments[0]) <= square * (1 + 1e-3));
    const mean = projected(moments!.meanMoments);
    assert.ok(mean > 0.1 && mean <= 1 + 1e-3, `${mean}`);
  }
});
