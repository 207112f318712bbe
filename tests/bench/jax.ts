/** jax-js on WebGPU, as its documentation recommends: jitted, and waited for once. @module */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy, random, tree, valueAndGrad } from "./deps.ts";
import { repeated } from "./timing.ts";
import type { Workload } from "./workload.ts";

/** NumPy of jax-js, with arrays on the GPU. */
export async function openJax(): Promise<typeof numpy> {
  const devices = await init();
  if (!devices.includes("webgpu")) {
    throw new Error("jax-js finds no WebGPU here");
  }
  defaultDevice("webgpu");
  return numpy;
}

type Tensor = numpy.Array;
type Tensors = Record<string, Tensor>;

/**
 * A training step in jax-js, always of the same batch.
 *
 * @param workload Network.
 * @param window Time that a measurement fills, in milliseconds.
 * @returns The measurement.
 */
export async function jaxStep(
  workload: Workload,
  window: number,
): Promise<() => Promise<number>> {
  const np = await openJax();
  const { widths, samples, activation, optimizer, loss } = workload;
  const layers = widths.length - 1;
  const parameters: Tensors = {};
  for (let i = 0; i < layers; i++) {
    const scale = 1 / Math.sqrt(widths[i]);
    parameters[`w${i}`] = random.normal(random.key(i), [
      widths[i],
      widths[i + 1],
    ]).mul(scale);
    parameters[`b${i}`] = np.zeros([widths[i + 1]]);
  }
  const isClassifier = loss === "softmax-cross-entropy";
  const x = isClassifier
    ? random.uniform(random.key(98), [samples, widths[0]])
    : np.linspace(-1, 1, samples).reshape([samples, 1]);
  const classes = Array.from({ length: samples }, (_, k) => k % widths[layers]);
  const y = isClassifier ? nn.oneHot(np.array(classes, { dtype: np.int32 }), widths[layers]) : np.cos(
    np.linspace(-1, 1, samples).reshape([samples, 1]).mul(3 * Math.PI),
  );

  const lossOf = (p: Tensors, x: Tensor, y: Tensor): Tensor => {
    let h = x;
    for (let i = 0; i < layers; i++) {
      h = np.dot(h, p[`w${i}`]).add(p[`b${i}`]);
      if (i < layers - 1) h = activation === "tanh" ? np.tanh(h) : nn.relu(h);
    }
    return isClassifier ? nn.logSoftmax(h, -1).mul(y).sum().mul(-1 / samples) : np.mean(np.square(h.sub(y)));
  };
  const gradient = valueAndGrad(lossOf);
  const momentum = (p: Tensor, [v]: Tensor[], g: Tensor): Tensor[] => {
    const next = v.mul(0.9).add(g);
    return [p.sub(next.ref.mul(1e-3)), next];
  };
  const adam = (
    p: Tensor,
    [m, v]: Tensor[],
    g: Tensor,
    [first, second]: Tensor[],
  ): Tensor[] => {
    const mean = m.mul(0.9).add(g.ref.mul(0.1));
    const square = v.mul(0.999).add(np.square(g).mul(0.001));
    const step = np.sqrt(square.ref.mul(second)).add(1e-8);
    return [p.sub(mean.ref.mul(first).mul(1e-3).div(step)), mean, square];
  };
  /**
   * `state` holds parameters as `p.…`, moments as `0.…` and `1.…`, and powers of Adam's factors as
   * `f0`, `f1`.
   */
  const step = jit(
    (state: Tensors, x: Tensor, y: Tensor): [Tensors, Tensor] => {
      const p: Tensors = Object.fromEntries(
        Object.keys(parameters).map((name) => [name, state[`p.${name}`]]),
      );
      const [value, gradients] = gradient(tree.ref(p), x, y) as unknown as [
        Tensor,
        Tensors,
      ];
      const next: Tensors = {};
      const corrections: Tensor[] = [];
      if (optimizer === "adam") {
        for (const [name, factor] of [["f0", 0.9], ["f1", 0.999]] as const) {
          next[name] = state[name].mul(factor);
          corrections.push(np.reciprocal(next[name].ref.mul(-1).add(1)));
        }
      }
      for (const name of Object.keys(parameters)) {
        const moments = [
          state[`0.${name}`],
          ...(optimizer === "adam" ? [state[`1.${name}`]] : []),
        ];
        const [q, ...updated] = optimizer === "adam"
          ? adam(
            p[name],
            moments,
            gradients[name],
            corrections.map((c) => c.ref),
          )
          : momentum(p[name], moments, gradients[name]);
        next[`p.${name}`] = q;
        updated.forEach((moment, i) => next[`${i}.${name}`] = moment);
      }
      for (const correction of corrections) correction.dispose();
      return [next, value];
    },
  );

  let state: Tensors = {};
  for (const [name, value] of Object.entries(parameters)) {
    state[`0.${name}`] = np.zerosLike(value.ref);
    if (optimizer === "adam") state[`1.${name}`] = np.zerosLike(value.ref);
    state[`p.${name}`] = value;
  }
  if (optimizer === "adam") {
    state = { ...state, f0: np.array(1), f1: np.array(1) };
  }
  return repeated(window, async (times) => {
    for (let i = 0; i < times; i++) {
      const [next, value] = step(state, x.ref, y.ref) as [Tensors, Tensor];
      value.dispose();
      state = next;
    }
    await blockUntilReady(state);
  });
}
