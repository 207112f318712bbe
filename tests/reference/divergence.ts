/**
 * Where a training diverges: a network of linear and ReLU layers trained on the mean squared error
 * by arithmetic of any range, overflow and all. Roundings are those of float64.
 *
 * @module
 */
import { layersOf, row } from "./network.ts";
import { type ReferenceRun, samplesOf } from "./training.ts";

/** Where a run diverges. */
export interface ReferenceDivergence {
  /** First step whose loss is not finite. */
  readonly step: number;
  /** First hidden layer, from 1, whose parameters or features are not finite there, or `output`. */
  readonly layer: number | "output";
}

/**
 * Trains until the loss is not finite.
 *
 * @param run What to run.
 * @param start Initial parameters.
 * @param limit Largest number of the arithmetic: what is larger is infinite.
 * @returns Where that is; `null` if the run ends before.
 */
export function divergenceOf(
  run: ReferenceRun,
  start: ArrayLike<number>,
  limit: number,
): ReferenceDivergence | null {
  const r = (value: number) => Math.abs(value) > limit ? Math.sign(value) * Infinity : value;
  const isLost = (value: number) => !Number.isFinite(r(value));
  const theta = Float64Array.from(start, r);
  const { network: { widths, activations } } = run, layers = layersOf(widths);
  const isRelu = (l: number) => activations[l] === "relu";
  const optimize = optimizer(run, theta, r);
  for (let step = 0; step < run.steps; step++) {
    const { count, x, y, weights } = samplesOf(run, step);
    const gradient = new Float64Array(theta.length);
    const lost = layers.map(({ weights, bias, outputs }) =>
      theta.subarray(weights, bias + outputs).some(isLost)
    );
    let loss = 0;
    for (let k = 0; k < count; k++) {
      const h = [row(x, k, widths[0]).map(r)];
      for (const [l, { inputs, outputs, weights, bias }] of layers.entries()) {
        const features = Array.from({ length: outputs }, (_, j) => {
          let sum = 0;
          for (let i = 0; i < inputs; i++) sum = r(sum + r(h[l][i] * theta[weights + i * outputs + j]));
          const z = r(sum + theta[bias + j]);
          return isRelu(l) && z < 0 ? 0 : z;
        });
        h.push(features);
        if (l + 1 < layers.length && features.some(isLost)) lost[l] = true;
      }
      const differences = h[layers.length].map((u, j) => r(u - y[k * widths.at(-1)! + j]));
      loss = r(loss + r(weights[k] * differences.reduce((sum, d) => r(sum + r(d * d)), 0)));
      let delta = differences.map((d) => r(2 * weights[k] * d));
      for (let l = layers.length - 1; l >= 0; l--) {
        const { inputs, outputs, weights, bias } = layers[l], above = delta;
        for (let j = 0; j < outputs; j++) {
          gradient[bias + j] = r(gradient[bias + j] + above[j]);
          for (let i = 0; i < inputs; i++) {
            const at = weights + i * outputs + j;
            gradient[at] = r(gradient[at] + r(h[l][i] * above[j]));
          }
        }
        delta = h[l].map((feature, i) => {
          let sum = 0;
          for (let j = 0; j < outputs; j++) sum = r(sum + r(above[j] * theta[weights + i * outputs + j]));
          return sum * (l > 0 && isRelu(l - 1) && !(feature > 0) ? 0 : 1);
        });
      }
    }
    if (isLost(loss)) {
      const first = lost.indexOf(true);
      return { step, layer: first >= 0 && first + 1 < layers.length ? first + 1 : "output" };
    }
    optimize(step, gradient);
  }
  return null;
}

/** The optimisers, without weight decay. */
function optimizer({ optimizer }: ReferenceRun, theta: Float64Array, r: (value: number) => number) {
  const { name, learningRate: rate, momentum, betas, epsilon } = optimizer;
  const first = new Float64Array(theta.length), second = new Float64Array(theta.length);
  return (step: number, gradient: Float64Array) => {
    for (const [i, g] of gradient.entries()) {
      let change = g;
      if (name === "momentum" || name === "nesterov") {
        const velocity = first[i] = r(r(momentum * first[i]) + g);
        change = name === "nesterov" ? r(g + r(momentum * velocity)) : velocity;
      } else if (name !== "sgd") {
        first[i] = r(first[i] + r((1 - betas[0]) * r(g - first[i])));
        second[i] = r(second[i] + r((1 - betas[1]) * r(r(g * g) - second[i])));
        const [mean, square] = [first[i], second[i]].map((moment, at) =>
          r(moment / (1 - betas[at] ** (step + 1)))
        );
        theta[i] = r(theta[i] - r(r(rate * mean) / (Math.sqrt(square) + epsilon)));
        continue;
      }
      theta[i] = r(theta[i] - r(rate * change));
    }
  };
}
