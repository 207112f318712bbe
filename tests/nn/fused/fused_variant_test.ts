import { GpuArray } from "../../../src/gpu/array.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import type { FusedVariant } from "../../../src/nn/fused/fused_operands.ts";
import { bindFusedStep } from "../../../src/nn/fused/fused_step.ts";
import { chooseVariant, defaultVariant } from "../../../src/nn/fused/fused_variant.ts";
import type { SampleLossName } from "../../../src/nn/loss/loss.ts";
import { Network } from "../../../src/nn/network.ts";
import { optimizerRecords } from "../../../src/nn/optim/optimizer.ts";
import { STATE_WORDS } from "../../../src/nn/optim/update.ts";
import { uploadSamples } from "../../../src/nn/samples.ts";
import { assert } from "../../deps.ts";
import { randomSamples, run } from "../../support/arrays.ts";
import { assertSameBits } from "../../support/compare.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** A network, and how it is trained for some steps. */
interface Case {
  readonly widths: readonly number[];
  readonly activations: readonly string[];
  readonly samples: number;
  readonly batch: number | null;
  readonly loss: SampleLossName;
  readonly replicas: number;
}

/**
 * One window for several replicas and more than one share of them; two windows for one replica;
 * none. Widths, samples and batches that are no multiples of tiles.
 */
const cases: readonly Case[] = [
  {
    widths: [1, 50, 50, 1],
    activations: ["tanh", "tanh"],
    samples: 100,
    batch: null,
    loss: "mean-squared-error",
    replicas: 6,
  },
  {
    widths: [3, 100, 97, 18],
    activations: ["gelu", "sine"],
    samples: 50,
    batch: 21,
    loss: "softmax-cross-entropy",
    replicas: 2,
  },
  {
    widths: [37, 200, 70, 3],
    activations: ["relu", "relu"],
    samples: 75,
    batch: 73,
    loss: "logistic",
    replicas: 1,
  },
  {
    widths: [1, 1, 1],
    activations: ["softplus"],
    samples: 1,
    batch: null,
    loss: "mean-squared-error",
    replicas: 3,
  },
];

const variants: readonly FusedVariant[] = [
  { arrangement: "own-rows", weights: "storage", side: 8 },
  { arrangement: "own-rows", weights: "storage", side: 16 },
  { arrangement: "own-rows", weights: "uniform", side: 8 },
  { arrangement: "shared-rows", weights: "storage", side: 8 },
  { arrangement: "by-layers", weights: "storage", side: 8 },
  { arrangement: "by-layers", weights: "storage", side: 16 },
  { arrangement: "by-layers", weights: "storage", side: 32 },
];

const optimizer = { name: "adam", weightDecay: 1e-3 } as const;

/** A network with what a fused step of it needs. */
async function prepare(
  gpu: Gpu,
  { widths, activations, samples, batch, loss, replicas }: Case,
  stack: DisposableStack,
  rates: readonly number[] = new Array(replicas).fill(1e-2),
) {
  const network = stack.use(
    await Network.create(gpu, {
      inputs: widths[0],
      hidden: widths.slice(1, -1),
      outputs: widths.at(-1)!,
      activation: activations,
      initializer: "pytorch",
      replicas,
      seed: 3,
    }),
  );
  const uploaded = uploadSamples(gpu, randomSamples(4, samples, widths[0], widths.at(-1)!), stack);
  const array = (label: string, length: number | Float32Array) => stack.use(new GpuArray(gpu, label, length));
  const arrays = {
    hypers: array("hypers", optimizerRecords({ ...optimizer, learningRate: rates }, replicas)),
    states: array("states", STATE_WORDS * replicas),
    moments: array("moments", 8 * replicas * network.layout.size),
    losses: array("losses", 8 * replicas),
    layerRates: null,
  };
  const options = {
    loss,
    optimizer: optimizer.name,
    schedule: [["u32", samples, batch ?? 0, 0, 1], ["f32", 1000, 0, 0, 0]],
    batch,
    logCapacity: 8,
    arrays,
  } as const;
  return { network, samples: uploaded, arrays, options };
}

/** Trains for three steps and looks at the fourth's features as a probe does. */
async function train(
  what: Case,
  variant: FusedVariant,
  rates?: readonly number[],
): Promise<Record<string, Float32Array>> {
  using stack = new DisposableStack();
  const { network, samples, arrays, options } = await prepare(gpu, what, stack, rates);
  const step = await bindFusedStep(network, samples, { ...options, variant }, stack);
  run(gpu, [...step.forward, ...step.update], 3);
  run(gpu, [...step.forward, step.measure[0]]);
  const count = what.batch ?? what.samples;
  const seen: Record<string, Float32Array> = {};
  for (const [l, { array, stride, batch, offset = 0 }] of step.seen.features.entries()) {
    const words = await array.read();
    for (let r = 0; r < what.replicas; r++) {
      const start = 4 * (r * batch + offset);
      seen[`features of layer ${l + 1}, replica ${r}`] = words.slice(start, start + 4 * count * stride);
    }
  }
  const { array, count: partials } = step.seen.loss;
  seen["partial losses"] = (await array.read()).slice(0, 2 * partials * what.replicas);
  run(gpu, step.measure.slice(1));
  seen.losses = await arrays.losses.read();
  seen.parameters = await network.parameters.read();
  seen.moments = await arrays.moments.read();
  return seen;
}

Deno.test("fused_variant: all variants agree to the bit, in parameters, losses and what probes see", async () => {
  for (const what of cases) {
    const expected = await train(what, variants[0]);
    assert(expected.losses.slice(0, 4 * what.replicas).every((loss) => loss > 0));
    for (const variant of variants.slice(1)) {
      const actual = await train(what, variant);
      for (const [name, values] of Object.entries(expected)) {
        const { arrangement, weights, side } = variant;
        const where = `${name} of ${what.widths.join("-")}, ${arrangement}, ${weights}, ${side}`;
        assertSameBits(actual[name], values, where);
      }
    }
  }
});

Deno.test("fused_variant: a replica that diverges leaves the others alone, whatever the tiles", async () => {
  // Odd sizes, so that tiles reach over the end of one replica's matrices into the next one's.
  const what: Case = {
    widths: [3, 21, 13, 2],
    activations: ["relu", "relu"],
    samples: 27,
    batch: null,
    loss: "mean-squared-error",
    replicas: 3,
  };
  const own = (words: Float32Array) => words.slice(words.length / 3, 2 * words.length / 3);
  for (const variant of variants) {
    const quiet = await train(what, variant), loud = await train(what, variant, [1e38, 1e-2, 1e38]);
    assert(!Number.isFinite(loud.losses[9]) && Number.isFinite(loud.losses[10]));
    assertSameBits(own(loud.parameters), own(quiet.parameters), `parameters, ${JSON.stringify(variant)}`);
    assert.equal(loud.losses[10], quiet.losses[10]);
  }
});

Deno.test("fused_variant: what is timed leaves the network and its state alone", async () => {
  const folder = await Deno.makeTempDir(), before = Deno.env.get("XDG_CACHE_HOME");
  // Mesa's drivers keep what they compile where they did.
  Deno.env.set("MESA_SHADER_CACHE_DIR", before ?? `${Deno.env.get("HOME")}/.cache`);
  Deno.env.set("XDG_CACHE_HOME", folder);
  try {
    using stack = new DisposableStack();
    const tuned = stack.use(await Gpu.open({ autotune: true }));
    const { network, samples, arrays, options } = await prepare(tuned, cases[1], stack);
    const all = [network.parameters, ...Object.values(arrays)].filter((array) => array !== null);
    const earlier = await Promise.all(all.map((array) => array.read()));
    const chosen = await chooseVariant(network, samples, "own-rows", options, 1e6);
    const [{ milliseconds }] = tuned.choices;
    assert(
      Object.values(milliseconds).length > 1 && Object.values(milliseconds).every((time) => time !== null),
    );
    assert(`${chosen.arrangement}, ${chosen.side}x${chosen.side}` in milliseconds);
    const later = await Promise.all(all.map((array) => array.read()));
    later.forEach((words, i) => assertSameBits(words, earlier[i], all[i].label));
  } finally {
    if (before === undefined) Deno.env.delete("XDG_CACHE_HOME");
    else Deno.env.set("XDG_CACHE_HOME", before);
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fused_variant: without the tuner the choice is made by shape", async () => {
  using stack = new DisposableStack();
  const { network, samples, options } = await prepare(gpu, cases[0], stack);
  const chosen = await chooseVariant(network, samples, "own-rows", options, 1e6);
  assert.deepEqual(chosen, defaultVariant(network, "own-rows"));
});
