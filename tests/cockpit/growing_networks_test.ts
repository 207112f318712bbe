import { evaluateNetwork, GrowingNetworks } from "../../src/cockpit/data/networks.ts";
import { parameterLayout } from "../../src/nn/layout.ts";
import { snapshotSteps } from "../../src/train/network_snapshots.ts";
import { assert } from "../deps.ts";

const samples = {
  x: Float32Array.of(0.5),
  weights: Float32Array.of(1),
  targetX: new Float32Array(0),
  targetY: new Float32Array(0),
};

/** Parameters of replicas, whose output is their bias: the step, and the replica as a fraction. */
function parametersAt(step: number, widths: readonly number[], replicas: number): Float32Array {
  const { layers, size } = parameterLayout(widths), values = new Float32Array(4 * size * replicas);
  for (let r = 0; r < replicas; r++) values[4 * (r * size + layers.at(-1)!.bias)] = step + r / 8;
  return values;
}

Deno.test("growing networks: wanted steps are kept as they come, and the newest is always there", () => {
  const widths = [1, 3, 1], notes = { widths, activations: ["tanh"], replicas: 2 };
  for (const [steps, every] of [[1000, 1], [1000, 37], [7, 1], [1, 1], [5000, 6000]]) {
    const wanted = snapshotSteps(steps), networks = new GrowingNetworks(notes, samples, wanted);
    assert.equal(networks.columns.steps.length, 0);
    const taken: number[] = [];
    for (let step = 0; step <= Math.max(steps, every); step += every) {
      const parameters = parametersAt(step, widths, 2);
      networks.take(step, parameters);
      parameters.fill(NaN);
      taken.push(step);
      const { columns } = networks, all = [...columns.steps];
      assert.equal(all.at(-1), step);
      assert.ok(all.length <= wanted.length + 1);
      // The first that is not before a wanted step.
      const firsts = wanted.flatMap((wanted) => taken.find((step) => step >= wanted) ?? []);
      assert.deepEqual(all, [...new Set([...firsts, step])]);
    }
    const { columns } = networks;
    for (const [snapshot, step] of columns.steps.entries()) {
      for (const replica of [0, 1]) {
        const [, output] = evaluateNetwork(columns, { snapshot, replica }, samples.x);
        assert.deepEqual([...output.values], [step + replica / 8]);
      }
    }
  }
});

Deno.test("growing networks: of large ones the replicas and steps that fit are kept", () => {
  const widths = [1, 250, 250, 1], { size } = parameterLayout(widths), replicas = 1;
  const notes = { widths, activations: ["tanh", "tanh"], replicas };
  const networks = new GrowingNetworks(notes, samples, snapshotSteps(1000));
  for (let step = 0; step <= 1000; step++) networks.take(step, new Float32Array(4 * size));
  const { steps, parameters } = networks.columns;
  assert.ok(steps.length >= 2 && steps.length * 4 * size <= 400_000, `${steps.length} networks`);
  assert.deepEqual([steps[0], steps.at(-1), parameters.length], [0, 1000, steps.length]);
  const many = new GrowingNetworks({ ...notes, widths: [1, 50, 50, 1], replicas: 64 }, samples, [0, 5, 10]);
  const own = 4 * parameterLayout([1, 50, 50, 1]).size;
  many.take(0, new Float32Array(64 * own));
  assert.equal(many.columns.parameters[0].length, many.columns.replicas * own);
  assert.ok(many.columns.replicas < 64);
});
