import { teacherTask } from "../../src/tasks/teacher_task.ts";
import { assert } from "../deps.ts";

Deno.test("teacherTask: samples are white, and an output has its rate as correlation with its neuron", () => {
  const sizes = { inputs: 3, samples: 20, seed: 5 }, rates = [1, 0.25];
  for (const activation of [(z: number) => z, (z: number) => Math.max(0, z)]) {
    const { train: { x, y, count }, inputs, outputs } = teacherTask({
      ...sizes,
      name: "a",
      rates,
      activation,
    });
    assert.deepEqual([count, inputs, outputs], [20, 3, 2]);
    const mean = (of: (sample: number) => number) =>
      Array.from({ length: 20 }, (_, i) => of(i)).reduce((sum, value) => sum + value, 0) / 20;
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        // Samples are rounded to float32.
        assert(Math.abs(mean((i) => x[3 * i + a] * x[3 * i + b]) - Number(a === b)) < 1e-6);
      }
    }
    rates.forEach((rate, k) =>
      assert(Math.abs(mean((i) => y[2 * i + k] * activation(x[3 * i + k])) - rate) < 1e-6)
    );
  }
});
