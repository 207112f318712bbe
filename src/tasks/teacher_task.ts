/**
 * Tasks whose targets are neurons in orthogonal directions.
 *
 * @module
 */
import { withEigenvalues } from "../stats/random_matrices.ts";
import { arrayTask } from "./array_task.ts";
import type { Task } from "./task.ts";

/** A teacher. */
export interface TeacherOptions {
  /** Name of the activation σ. */
  readonly name: string;
  /** The activation. */
  readonly activation: (z: number) => number;
  /** Rates s_k of the neurons, one for each output. */
  readonly rates: readonly number[];
  /** Dimension of the input, at least the number of neurons. */
  readonly inputs: number;
  /** Number of samples, at least the dimension. */
  readonly samples: number;
  /** Seed of the samples. */
  readonly seed: number;
}

/**
 * Makes the task y_k = s_k σ(x_k) / E σ(x_k)² on whitened samples, XᵀX/m = I: a teacher of neurons
 * in orthogonal directions, each with an output of its own. Small weights in direction k, towards
 * output k, grow like e^(2 s_k t) whatever the activation. The map of a linear teacher has the
 * singular values s_k.
 *
 * @param options Activation, rates, sizes, seed.
 * @returns The task.
 */
export function teacherTask({ name, activation, rates, inputs, samples, seed }: TeacherOptions): Task {
  const x = Float32Array.from(withEigenvalues(new Array<number>(inputs).fill(samples), samples, seed));
  const targets = rates.map((rate, k) => {
    const column = Float64Array.from({ length: samples }, (_, i) => activation(x[i * inputs + k]));
    const square = column.reduce((sum, each) => sum + each * each, 0) / samples;
    return column.map((each) => rate * each / square);
  });
  const y = Float32Array.from(
    { length: samples * rates.length },
    (_, i) => targets[i % rates.length][Math.floor(i / rates.length)],
  );
  return arrayTask({
    x,
    y,
    inputs,
    outputs: rates.length,
    name: `${name} teacher`,
    description: `a teacher of ${rates.length} ${name} neurons`,
  });
}
