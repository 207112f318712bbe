import { assert } from "../../deps.ts";
import { KernelError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { autotune, type Candidate } from "../../../src/gpu/tune/autotune.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import type { Dispatch } from "../../../src/gpu/kernel.ts";
import { measure } from "../../../src/gpu/measure/meter.ts";
import { timeDispatches, winner } from "../../../src/gpu/tune/race.ts";
import { gpuStruct } from "../../../src/gpu/struct.ts";
import { withCache } from "../../support/cache.ts";
import { openGpu } from "../../support/gpu.ts";
import { choiceFiles } from "../../../src/io/choice_file.ts";
import peakSource from "../../../shaders/gpu/measure/peak.wgsl" with { type: "text" };

const hasTimestamps = (await openGpu()).device.features.has("timestamp-query");

/** Work that takes as long as `iterations` says. */
async function work(gpu: Gpu, iterations: number, stack: DisposableStack): Promise<Dispatch[]> {
  const kernel = await gpu.kernel({ name: "peak", files: [peakSource], entryPoint: "arithmetic" });
  const results = stack.use(new GpuArray(gpu, "results", 4 * 64 * 64));
  return [kernel.bind([gpuStruct(gpu, "peak shape", ["u32", iterations], ["f32", -1, 1]), results], [64])];
}

/**
 * Candidates that take so many iterations each, named by their place, and how often each was bound.
 */
function candidates(gpu: Gpu, iterations: readonly number[]) {
  const bound = iterations.map(() => 0);
  const list = iterations.map((count, value): Candidate<number> => ({
    name: `candidate ${value}`,
    value,
    bind: (stack) => {
      bound[value]++;
      return work(gpu, count, stack);
    },
  }));
  return { list, bound };
}

const question = (m: number) => ({ kernel: "test", shape: { m, variant: "nn" } });
const files = (folder: string) =>
  [...Deno.readDirSync(`${folder}/staircase/choices`)].map(({ name }) => name);

Deno.test("autotune: off by default, and where there is nothing to choose: the first, untimed", async () => {
  await withCache(async (folder) => {
    for (const options of [{}, { autotune: false }]) {
      using gpu = await Gpu.open(options);
      const { list, bound } = candidates(gpu, [4096, 16]);
      assert.equal(await autotune(gpu, question(8), list), 0);
      assert.deepEqual(bound, [0, 0]);
      assert.deepEqual(gpu.choices, []);
    }
    using gpu = await Gpu.open({ autotune: choiceFiles });
    const { list, bound } = candidates(gpu, [4096]);
    assert.equal(await autotune(gpu, question(8), list), 0);
    assert.deepEqual(bound, [0]);
    await assert.rejects(autotune(gpu, question(8), []), { name: "InputError" });
    await assert.rejects(Deno.stat(`${folder}/staircase`), Deno.errors.NotFound);
  });
});

Deno.test("autotune: work that is too short for a choice to pay takes the default, or what was chosen before", async () => {
  await withCache(async (folder) => {
    using gpu = await Gpu.open({ autotune: choiceFiles });
    const { list, bound } = candidates(gpu, [4096, 128]);
    for (let i = 0; i < 2; i++) assert.equal(await autotune(gpu, { ...question(8), work: 20 }, list), 0);
    assert.deepEqual(bound, [0, 0]);
    assert.deepEqual(gpu.choices.map(({ source }) => source), ["default"]);
    await assert.rejects(Deno.stat(`${folder}/staircase`), Deno.errors.NotFound);
    assert.equal(await autotune(gpu, { ...question(8), work: 1e5 }, list), 1);
    assert.deepEqual(bound, [1, 1]);
    assert.equal(await autotune(gpu, { ...question(8), work: 20 }, list), 1);
    assert.deepEqual(gpu.choices.map(({ source }) => source), ["default", "measured"]);
    using later = await Gpu.open({ autotune: choiceFiles });
    const again = candidates(later, [4096, 128]);
    assert.equal(await autotune(later, { ...question(8), work: 20 }, again.list), 1);
    assert.deepEqual(later.choices.map(({ source }) => source), ["remembered"]);
  });
});

Deno.test("autotune: takes the fastest, once for neighbouring shapes, and tells what it took", async () => {
  await withCache(async () => {
    using gpu = await Gpu.open({ autotune: choiceFiles });
    const { list, bound } = candidates(gpu, [2048, 128, 1024, 30_000]);
    const asked = [question(100), question(100), question(128), question(65)];
    const chosen = await Promise.all(asked.map((each) => autotune(gpu, each, list)));
    assert.deepEqual(chosen, [1, 1, 1, 1]);
    assert.deepEqual(bound, [1, 1, 1, 1]);
    const [choice] = gpu.choices;
    assert.equal(gpu.choices.length, 1);
    assert.deepEqual(choice.shape, { m: 128, variant: "nn" });
    assert.deepEqual([choice.kernel, choice.chosen, choice.source], ["test", "candidate 1", "measured"]);
    const times = list.map(({ name }) => choice.milliseconds[name]!);
    // The others may change places on a busy machine.
    assert.ok(times.every((time, i) => i === 1 || time > times[1]), String(times));
    assert.ok(choice.tuningMilliseconds > 0);
    assert.equal(await autotune(gpu, question(129), list), 1);
    assert.deepEqual(gpu.choices.map(({ shape }) => shape.m), [128, 256]);
  });
});

Deno.test("winner: the fastest, by a margin over the default, which noise does not bridge", () => {
  assert.equal(winner([10, 9.6, 9.7]), 0);
  assert.equal(winner([10, 9.4, 9.3, 11]), 2);
  assert.equal(winner([10, null, 5]), 2);
  assert.equal(winner([10, Infinity, null]), 0);
  // A default that could not be run loses.
  assert.equal(winner([null, 4, null, 3]), 3);
  assert.equal(winner([null, null]), 0);
});

Deno.test("autotune: a later run remembers, and measures again where it can not", async () => {
  await withCache(async (folder) => {
    const ask = async (sizes = [1024, 64]) => {
      using gpu = await Gpu.open({ autotune: choiceFiles });
      const { list, bound } = candidates(gpu, sizes);
      assert.equal(await autotune(gpu, question(40), list), 1);
      const [{ source }] = gpu.choices;
      assert.equal(bound[0], source === "remembered" ? 0 : 1);
      return source;
    };
    assert.equal(await ask(), "measured");
    assert.equal(await ask(), "remembered");
    // Other candidates are another question.
    assert.equal(await ask([1024, 64, 1024]), "measured");
    assert.equal(files(folder).length, 2);
    for (const content of ["", "{", "null", "[]", '{"key":null,"chosen":"candidate 0","milliseconds":{}}']) {
      for (const file of files(folder)) {
        await Deno.writeTextFile(`${folder}/staircase/choices/${file}`, content);
      }
      assert.equal(await ask(), "measured", content);
      assert.equal(await ask(), "remembered", content);
    }
    await Deno.remove(`${folder}/staircase`, { recursive: true });
    // Nothing can be written below a file.
    await Deno.writeTextFile(`${folder}/staircase`, "not a folder");
    assert.equal(await ask(), "measured");
    assert.equal(await ask(), "measured");
    Deno.env.set("XDG_CACHE_HOME", `${folder}/not/there/yet`);
    assert.equal(await ask(), "measured");
    assert.equal(await ask(), "remembered");
  });
});

Deno.test("Tuner: figures are measured once on an adapter, and kept for later runs", async () => {
  await withCache(async (folder) => {
    let measured = 0;
    const figuresOf = async (gpu: Gpu, names: readonly ("a" | "b")[]) =>
      await gpu.tuner!.figures("figures of a test", names, () => {
        measured++;
        return Promise.resolve({ a: measured, b: 0.5 });
      });
    for (let run = 0; run < 2; run++) {
      using gpu = await Gpu.open({ autotune: choiceFiles });
      assert.deepEqual(await figuresOf(gpu, ["a", "b"]), { a: 1, b: 0.5 });
      assert.deepEqual(gpu.choices, []);
    }
    assert.deepEqual([measured, files(folder).length], [1, 1]);
    // Other names are other figures.
    using gpu = await Gpu.open({ autotune: choiceFiles });
    assert.equal((await figuresOf(gpu, ["a"])).a, 2);
    using own = await Gpu.open({ autotune: true });
    assert.equal((await figuresOf(own, ["a", "b"])).a, 3);
  });
});

Deno.test("autotune: a candidate that does not compile loses, be it the default; errors of the host are thrown", async () => {
  await withCache(async (folder) => {
    using gpu = await Gpu.open({ autotune: choiceFiles });
    const broken: Candidate<number> = {
      name: "broken",
      value: 9,
      bind: async () => [(await gpu.kernel({ name: "broken", files: ["fn main() {"] })).bind([], [1])],
    };
    const [slow, fast] = candidates(gpu, [1024, 64]).list;
    assert.equal(await autotune(gpu, question(1), [slow, broken, fast]), 1);
    assert.equal(gpu.choices[0].milliseconds.broken, null);
    assert.equal(files(folder).length, 1);
    assert.equal(await autotune(gpu, question(1), [broken, slow, fast]), 1);
    assert.equal(gpu.choices[1].source, "measured");
    assert.equal(files(folder).length, 2);
    assert.equal(await autotune(gpu, question(1), [broken, { ...broken, name: "also broken" }]), 9);
    assert.equal(gpu.choices[2].source, "default");
    assert.equal(files(folder).length, 2);
    // An error that the device did not cause is a defect of the candidate.
    const wrong = { ...slow, bind: () => Promise.reject(new TypeError("oops")) };
    await assert.rejects(autotune(gpu, question(1), [slow, wrong]), TypeError);
    await assert.rejects(autotune(gpu, question(1), [slow, wrong]), TypeError);
    assert.equal(await autotune(gpu, question(1), [slow, fast]), 1);
    await assert.rejects(gpu.kernel({ name: "broken", files: ["fn main() {"] }), KernelError);
  });
});

Deno.test("autotune: times with the host's clock where need be, never into another's measurement", async () => {
  await withCache(async () => {
    using gpu = await Gpu.open({ autotune: choiceFiles });
    using stack = new DisposableStack();
    const dispatches = await work(gpu, 1024, stack);
    for (const clock of ["gpu", "host"] as const) {
      const time = await timeDispatches(gpu, dispatches, 3, clock);
      assert.ok(time === null ? clock === "gpu" : time > 0);
    }
    const { list } = candidates(gpu, [1024, 64]);
    const measured = await measure(gpu, () => autotune(gpu, question(3), list));
    assert.equal(measured.result, 1);
    assert.equal(measured.dispatches, 0);
  });
});

Deno.test({
  name: "autotune: never times into a profile; without a choice that is remembered it takes the default",
  ignore: !hasTimestamps,
  fn: () =>
    withCache(async () => {
      using gpu = await Gpu.open({ autotune: choiceFiles });
      assert.equal(await autotune(gpu, question(3), candidates(gpu, [1024, 64]).list), 1);
      using profiled = await Gpu.open({ autotune: choiceFiles, profile: true });
      assert.equal(await autotune(profiled, question(3), candidates(profiled, [1024, 64]).list), 1);
      assert.equal(await autotune(profiled, question(99), candidates(profiled, [1024, 64]).list), 0);
      assert.deepEqual(profiled.choices.map(({ source }) => source), ["remembered", "default"]);
      assert.deepEqual(await profiled.profiler!.report(), []);
    }),
});
