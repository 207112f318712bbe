import { GpuArray } from "../../../src/gpu/array.ts";
import { gpuStruct } from "../../../src/gpu/struct.ts";
import { optimizerRecords } from "../../../src/nn/optim/optimizer.ts";
import { schedules } from "../../../src/nn/optim/schedule.ts";
import { DIVERGED_WORD, STATE_WORDS, STREAM_WORD } from "../../../src/nn/optim/update.ts";
import { assert } from "../../deps.ts";
import { type ReferenceSchedule, scheduleFactor } from "../../reference/optimizer.ts";
import { gamma, U } from "../../reference/rounding.ts";
import { randomFloats, run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import advanceSource from "../../../shaders/nn/optim/update_advance.wgsl" with { type: "text" };
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };
import stateSource from "../../../shaders/nn/include/state.wgsl" with { type: "text" };
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** One state: words 0 to 3 are integers, 4 to 7 floats. */
interface State {
  readonly step: number;
  readonly epoch: number;
  readonly offset: number;
  readonly diverged?: number;
}

interface Advanced extends State {
  readonly learningRate: number;
  readonly correction1: number;
  readonly correction2: number;
  readonly loss: number;
  readonly diverged: number;
}

interface Case {
  readonly rates?: readonly number[];
  readonly states: readonly State[];
  readonly partials?: readonly Float32Array[];
  readonly capacity?: number;
  readonly samples?: number;
  readonly batch?: number;
  readonly schedule?: ReferenceSchedule;
  readonly total?: number;
}

/** Runs the kernel once on the states of some replicas. */
async function advance(options: Case): Promise<{ states: Advanced[]; log: Float32Array }> {
  using stack = new DisposableStack();
  const { states, capacity = 4, samples = 10, batch = 0, total = 100 } = options;
  const schedule: ReferenceSchedule = options.schedule ?? { kind: "constant" };
  const replicas = states.length;
  const partials = options.partials ?? states.map(() => Float32Array.of(1));
  const rates = options.rates ?? states.map(() => 1);
  const kernel = await gpu.kernel({
    name: "update_advance",
    files: [elementarySource, stateSource, scheduleSource, advanceSource],
  });
  const { every, factor } = schedule.kind === "step" ? schedule : { every: 1, factor: 1 };
  const settings = gpuStruct(
    gpu,
    "advance settings",
    ["u32", samples, batch, schedules[schedule.kind].kind, every],
    ["f32", total, Math.log(factor), 0, 0],
    ["u32", partials[0].length, capacity, replicas],
  );
  const hypers = stack.use(
    new GpuArray(gpu, "hypers", optimizerRecords({ name: "adam", learningRate: rates }, replicas)),
  );
  // Hits beside the losses must not be added to them.
  const pairs = Float32Array.from(partials.flatMap((each) => [...each].flatMap((loss) => [loss, 1000])));
  const sums = stack.use(new GpuArray(gpu, "partials", pairs));
  const words = Uint32Array.from(
    states.flatMap((
      { step, epoch, offset, diverged = 0 },
    ) => [step, epoch, offset, 7, 0, 0, 0, 0, diverged, 8, 9]),
  );
  const array = stack.use(new GpuArray(gpu, "states", words));
  const log = stack.use(new GpuArray(gpu, "log", new Float32Array(capacity * replicas).fill(-1)));
  run(gpu, [kernel.bind([settings, hypers, sums, array, log], [replicas])]);
  const [integers, losses] = await Promise.all([array.readUint32(), log.read()]);
  const floats = new Float32Array(integers.buffer);
  const advanced = states.map((_, r) => {
    const at = STATE_WORDS * r;
    assert.equal(integers[at + 3], 7, "probes are not this kernel's to count");
    assert.deepEqual([...integers.subarray(at + STREAM_WORD, at + STATE_WORDS)], [8, 9]);
    const [learningRate, correction1, correction2, loss] = floats.subarray(at + 4, at + 8);
    const [step, epoch, offset] = integers.subarray(at, at + 3);
    const diverged = integers[at + DIVERGED_WORD];
    return { step, epoch, offset, learningRate, correction1, correction2, loss, diverged };
  });
  return { states: advanced, log: losses };
}

const at = (step: number): State => ({ step, epoch: 0, offset: 0 });

Deno.test("advance: partial losses are added up and logged at the step's place, replica by replica", async () => {
  for (const count of [1, 2, 63, 64, 65, 300]) {
    const floats = randomFloats(count);
    const partials = [floats(count), floats(count, 0, 1), floats(count)];
    const { states, log } = await advance({ states: [at(5), at(5), at(5)], partials, capacity: 4 });
    // ⌈count / 64⌉ in a lane and six levels of the tree.
    const terms = gamma(Math.ceil(count / 64) + 6);
    const sums = partials.map((each) => each.reduce((sum, value) => sum + value, 0));
    const bounds = partials.map((each) => terms * each.reduce((sum, value) => sum + Math.abs(value), 0));
    assertWithin(states.map(({ loss }) => loss), sums, bounds, `${count} partial losses`);
    const expected = new Float32Array(12).fill(-1);
    states.forEach(({ loss }, r) => expected[3 + r] = loss);
    assert.deepEqual(log, expected);
  }
  const { states: [{ loss }] } = await advance({ states: [at(0)], partials: [Float32Array.of(1, NaN)] });
  assert(Number.isNaN(loss));
});

Deno.test("advance: schedules are those of float64", async () => {
  const steps = [0, 1, 2, 48, 49, 50, 98, 99, 100, 147, 999, 1000, 5000];
  const rates = steps.map((_, i) => Math.fround(0.1 + i));
  const schedules: ReferenceSchedule[] = [
    { kind: "constant" },
    { kind: "cosine" },
    { kind: "step", every: 49, factor: 0.5 },
    { kind: "step", every: 1, factor: 0.999 },
    { kind: "step", every: 100, factor: 1.1 },
  ];
  for (const schedule of schedules) {
    const { states } = await advance({ states: steps.map(at), rates, schedule, total: 1000 });
    const factors = steps.map((step) => scheduleFactor(schedule, step, 1000));
    const bounds = factors.map((factor, i) => {
      if (schedule.kind === "constant") return 0;
      // 1 + cos of an angle up to π that is rounded thrice, its division off by 5 u at most.
      if (schedule.kind === "cosine") return rates[i] * 16 * U;
      // The exponent n log f is rounded twice, which e^(n log f) magnifies by |n log f|; below
      // e^−87 the result is 0.
      return rates[i] * (factor * (4 + 2 * Math.abs(Math.log(factor))) * U + 2e-38);
    });
    const expected = factors.map((factor, i) => rates[i] * factor);
    assertWithin(states.map(({ learningRate }) => learningRate), expected, bounds, JSON.stringify(schedule));
  }
});

Deno.test("advance: a whole quotient of the step schedule is never rounded down", async () => {
  const steps = Array.from({ length: 300 }, (_, i) => i + 1);
  for (const every of [3, 7, 41, 49, 1000]) {
    const schedule = { kind: "step", every, factor: 0.5 } as const;
    const states = steps.flatMap((n) => n < 60 ? [at(n * every), at(n * every - 1)] : []);
    const result = await advance({ states, schedule });
    result.states.forEach(({ learningRate }, i) => {
      const n = -Math.log2(learningRate), expected = Math.floor(states[i].step / every);
      assert(Math.abs(n - expected) < 1e-4, `step ${states[i].step}, every ${every}: 2^−${n}`);
    });
  }
});

Deno.test("advance: Adam's bias corrections are good to 10⁻⁶ for the first 10⁵ updates", async () => {
  const steps = [0, 1, 2, 9, 99, 999, 9_999, 99_999];
  const { states } = await advance({ states: steps.map(at) });
  states.forEach(({ step, correction1, correction2 }, i) => {
    const t = steps[i] + 1;
    assert.equal(step, t);
    for (const [beta, actual] of [[0.9, correction1], [0.999, correction2]]) {
      const expected = -Math.expm1(t * Math.log(beta));
      assert(Math.abs(actual / expected - 1) < 1e-6, `1 − ${beta}^${t} is ${actual}, should be ${expected}`);
    }
  });
});

Deno.test("advance: epoch and offset walk through the shuffled epochs", async () => {
  const walk = async (samples: number, batch: number, state: State) =>
    (await advance({ states: [state], samples, batch })).states[0];
  for (const [samples, batch] of [[10, 3], [10, 10], [1, 1], [251, 100]]) {
    let state: State = at(0);
    for (let step = 1; step <= 8; step++) {
      state = await walk(samples, batch, state);
      const position = step * batch;
      const expected = [step, Math.floor(position / samples), position % samples];
      assert.deepEqual([state.step, state.epoch, state.offset], expected, `${batch} of ${samples}`);
    }
  }
});

Deno.test("advance: the first loss that is not finite marks its replica, which keeps its mini-batch", async () => {
  const marked = async (losses: readonly number[], state: State) => {
    const partials = [Float32Array.from(losses)];
    const { states: [{ diverged, step, epoch, offset }] } = await advance({
      states: [state],
      partials,
      samples: 10,
      batch: 3,
    });
    return [diverged, step, epoch, offset];
  };
  const state = { step: 6, epoch: 1, offset: 8 };
  assert.deepEqual(await marked([1, 3e38], state), [0, 7, 2, 1]);
  // The third is finite in both parts, and their sum is not.
  for (const losses of [[1, NaN], [Infinity, 1], [3e38, 3e38], [-Infinity, 0]]) {
    assert.deepEqual(await marked(losses, state), [7, 7, 1, 8], String(losses));
  }
  // The first such step stays.
  for (const losses of [[NaN], [1]]) {
    assert.deepEqual(await marked(losses, { ...state, diverged: 3 }), [3, 7, 1, 8], String(losses));
  }
});
