/**
 * Rank methods of modules in the kernel study: right, wrong, lying and broken ones.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { InputError } from "../../src/errors.ts";
import type { OptionsOf } from "../../src/experiments/core/experiment.ts";
import { readEntrants } from "../../src/experiments/kernel_study/entrants.ts";
import { kernelStudy } from "../../src/experiments/kernel_study/mod.ts";
import type { KernelStudySummary } from "../../src/experiments/kernel_study/report.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg } from "../support/sound.ts";
import { root, temporaryFolder } from "../support/program.ts";
import { study } from "./study.ts";

const example = fileURLToPath(new URL("examples/own_rank_kernel.ts", root));

/** Three families of which a wrong count can be told, without a network to train. */
const small: OptionsOf<typeof kernelStudy> = {
  families: "gaussian,hilbert,graded",
  methods: "sturm:single",
  orders: [9],
  batches: [],
  growthOrders: [],
  growthSamples: [],
  seed: 4,
};

const gpu = await openGpu();

/** Runs a study of modules. */
async function judged(
  modules: readonly string[],
  options: OptionsOf<typeof kernelStudy> = {},
  signal = new AbortController().signal,
) {
  const made = await study(gpu, kernelStudy, { ...small, ...options, with: modules }, { signal });
  const [result] = made.rows, summary = made.record.summary as KernelStudySummary;
  const of = (name: string) => summary.methods.find(({ method }) => method === name)!;
  return { ...made, result, summary, of };
}

/** Writes modules whose default export is a method that counts, with this body of `count`. */
function writeCounts(
  folder: string,
  bodies: Readonly<Record<string, string>>,
  fields = "",
): string[] {
  return Object.entries(bodies).map(([name, body]) => {
    const path = `${folder}/${name}.js`;
    const head = `help: "made up", yields: "count", mostColumns: { single: 64 }, ${fields}`;
    const count =
      `async count(gpu, matrices, { epsilons }) { const n = Math.sqrt(matrices[0].length); ${body} }`;
    Deno.writeTextFileSync(path, `export default { ${head}${fields && ","} ${count} };\n`);
    return path;
  });
}

const each = (result: string) => `return epsilons.map((list) => list.map(() => (${result})));`;

Deno.test("--with: a right method is judged as right, timed, drawn, and recorded with its sources", async () => {
  const lines = Deno.readTextFileSync(example).trimEnd().split("\n");
  assert(lines.length <= 60, `${lines.length} lines`);
  const { summary, of, result, figures, record, text } = await judged([example], {
    orders: [1, 9, 65],
    batches: [2],
    growthOrders: [129],
  });
  const { ranks, certain, certainButWrong, outside } = of("own-rank-kernel");
  assert.deepEqual([certainButWrong, outside, summary.failures], [0, 0, []]);
  assert.equal(ranks, 3 * 3 * 13);
  assert(certain! > 0.4, `${certain}`);
  const [cost] = result.cost.filter(({ method }) => method === "own-rank-kernel");
  assert(cost.milliseconds > 0 && cost.dispatches >= 1 && cost.peakShare! > 0 && cost.peakShare! < 1);
  assert(summary.omissions.some((line) => /own-rank-kernel.*n = 129.*at most 128 columns/.test(line)));
  assertSoundSvg(figures["counts.svg"], "Who counts right: errors of the ε-rank");
  assert(figures["counts.svg"].includes("own-rank-kernel, single"));
  assert.match(text, /own-rank-kernel single +2 +[\d.]+/);
  const [entrant] = record.configuration.entrants;
  const hash = (path: string) => createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
  assert.deepEqual(entrant.sources, [
    { file: "own_rank_kernel.ts", sha256: hash(example) },
    { file: "./own_rank_kernel.wgsl", sha256: hash(example.replace(/ts$/, "wgsl")) },
  ]);
  assert.equal(entrant.module, example);
});

Deno.test("--with: wrong counts are counted, and so are certificates that lie", async () => {
  using folder = temporaryFolder();
  const modules = writeCounts(folder.path, {
    wrong: each("{ count: 0, low: 0, high: n }"),
    lying: each("{ count: 0, low: 0, high: 0 }"),
  });
  const { summary, of, text } = await judged(modules);
  const [wrong, lying, own] = ["wrong", "lying", "sturm"].map(of);
  assert.deepEqual(summary.failures, []);
  assert(wrong.wrong > 20 && wrong.certainButWrong === 0 && wrong.outside === 0 && wrong.certain === 0);
  assert(lying.wrong > 20 && lying.certain === 1);
  assert.equal(lying.certainButWrong, lying.wrong);
  assert.deepEqual([summary.certainButWrong, summary.brokenPromises], [lying.wrong, lying.wrong]);
  assert.deepEqual([own.certainButWrong, own.outside], [0, 0]);
  assert(text.includes(`certain ranks that are wrong: ${lying.wrong}`));
  assert.match(text, new RegExp(`\n  lying .* 100.0 % +${lying.wrong} +${lying.wrong}\n`));
});

Deno.test("--with: spectra are judged, bounds that are too small and those that prove nothing", async () => {
  using folder = temporaryFolder();
  const method = new URL("src/rank/methods/rank_methods.ts", root).href;
  const modules = ["0", "Infinity", "each.bounds", "NaN"].map((bound, index) => {
    const path = `${folder.path}/spectrum_${index}.ts`;
    Deno.writeTextFileSync(
      path,
      `import { rankMethods } from "${method}";
      export default {
        help: "made up", yields: "spectrum", mostColumns: { single: 64 },
        async solve(gpu, features, options) {
          const found = await rankMethods["gram-jacobi"].solve(gpu, features, options);
          return found.map((each) => ({
            eigenvalues: each.eigenvalues, bounds: each.eigenvalues.map((_, i) => (${bound})[i] ?? ${bound}) }));
        },
      };`,
    );
    return path;
  });
  const { summary, of, figures, tables } = await judged(modules);
  const [zero, infinite, right] = [0, 1, 2].map((index) => of(`spectrum-${index}`));
  assert(zero.beyondBounds > 0 && zero.certain === 1);
  assert.deepEqual([infinite.beyondBounds, infinite.certain, infinite.outside], [0, 0, 0]);
  assert.deepEqual([right.beyondBounds, right.outside], [0, 0]);
  assert(right.certain! > 0.5);
  assert.deepEqual(summary.failures, [{
    what: "accuracy of spectrum-3 single, n = 9",
    kind: "error",
    reason: "returned the bound NaN: 0 or more",
  }]);
  assertSoundSvg(figures["eigenvalues.svg"], "How far eigenvalues are off, and what is certified");
  assert(!/NaN|Infinity/.test(figures["eigenvalues.svg"]));
  assert.equal(tables["eigenvalues.csv"].trimEnd().split("\n").length, 1 + 3 * 3 * 9);
});

Deno.test("--with: a broken method fails with its reason, and the study goes on", async () => {
  using folder = temporaryFolder();
  const entry = "@compute @workgroup_size(1) fn main()";
  const bodies: Record<string, [body: string, reason: RegExp]> = {
    throws: [`throw new Error("out\\nof order");`, /^out$/],
    nothing: [`return;`, /^returned no list of 3 matrices$/],
    short: [`return [];`, /^returned 0 matrices instead of 3$/],
    few: [`return epsilons.map(() => []);`, /^returned 0 thresholds instead of 39$/],
    nan: [each("{ count: NaN, low: 0, high: n }"), /^returned count NaN in \[0, 9\]: whole numbers 0 ≤ low/],
    beyond: [each("{ count: n + 1, low: 0, high: n + 1 }"), /^returned count 10 in \[0, 10\]: /],
    turned: [each("{ count: 1, low: 2, high: 1 }"), /^returned count 1 in \[2, 1\]: /],
    none: [each("null"), /^returned count undefined /],
    uncompiled: [`await gpu.kernel({ name: "bad", files: ["${entry} { nonsense; }"] });`, /bad/],
    destroyer: [`gpu.device.destroy(); await gpu.device.lost; gpu.check();`, /lost/],
  };
  const modules = writeCounts(
    folder.path,
    Object.fromEntries(Object.entries(bodies).map(([name, [body]]) => [name, body])),
  );
  const { summary, of, result, status, text } = await judged(modules);
  assert.equal(status, "done");
  assert.deepEqual(summary.methods.map(({ method }) => method), ["sturm"]);
  assert.deepEqual([of("sturm").ranks, of("sturm").outside], [3 * 13, 0]);
  assert.equal(result.failures.length, modules.length);
  for (const [index, [name, [, reason]]] of Object.entries(bodies).entries()) {
    const failure = result.failures[index];
    assert.equal(failure.what, `accuracy of ${name} single, n = 9`);
    assert.match(failure.reason, reason, name);
    assert(text.includes(`\n  ${failure.what}: ${failure.reason}`));
  }
});

Deno.test("--with: a call that does not return is ended, and the study goes on with the others", async () => {
  using folder = temporaryFolder();
  const bodies: Record<string, [body: string, reason: RegExp]> = {
    waits: [`await new Promise(() => {});`, /^did not return within 2 s, and was ended$/],
    loops: [`for (;;) {}`, /^did not return within 2 s, and was ended$/],
    exits: [`Deno.exit(0);`, /^ended its process$/],
  };
  const modules = writeCounts(
    folder.path,
    {
      ...Object.fromEntries(Object.entries(bodies).map(([name, [body]]) => [name, body])),
      right: each("{ count: 0, low: 0, high: n }"),
    },
  );
  const { of, result, status, text } = await judged(modules, { orders: [8, 9], timeLimit: 2 });
  assert.equal(status, "done");
  // Each is left out after its first failure.
  assert.deepEqual(
    result.failures.map(({ what, kind }) => [what, kind]),
    Object.keys(bodies).map((name) => [`accuracy of ${name} single, n = 8`, "ended"]),
  );
  for (const [index, [, reason]] of Object.values(bodies).entries()) {
    assert.match(result.failures[index].reason, reason);
  }
  assert.deepEqual([of("sturm").ranks, of("right").ranks], [2 * 3 * 13, 2 * 3 * 13]);
  assert.match(text, /\n {2}accuracy of loops single, n = 8: did not return within 2 s, and was ended; it/);

  const hung = `${folder.path}/hung.js`;
  Deno.writeTextFileSync(hung, "await new Promise(() => {});");
  await assert.rejects(readEntrants([hung], 2), (error) => {
    assert(error instanceof InputError);
    assert.match(error.message, /hung\.js: did not return within 2 s, and was ended; mend it/);
    return true;
  });
});

Deno.test("--with: a study that is stopped does not wait for a call that does not return", async () => {
  using folder = temporaryFolder();
  const modules = writeCounts(folder.path, { loops: "for (;;) {}" });
  const abort = new AbortController();
  const stop = setTimeout(() => abort.abort(), 6000);
  const start = performance.now();
  const { result, status } = await judged(modules, { timeLimit: 600 }, abort.signal);
  clearTimeout(stop);
  assert.deepEqual([status, result.failures], ["stopped", []]);
  assert(performance.now() - start < 60_000);
});

Deno.test("--with: a method that says so proves nothing, and may tell the time by its own clock", async () => {
  using folder = temporaryFolder();
  const [module] = writeCounts(
    folder.path,
    { modest: each("{ count: 1, low: 1, high: 1 }") },
    "certified: false, ownMilliseconds: () => 42, flops: () => 7",
  );
  const { of, result } = await judged([module], { families: "trained", batches: [3] });
  assert.deepEqual([of("modest").certain, of("modest").outside], [null, 0]);
  const [cost] = result.cost.filter(({ method }) => method === "modest");
  assert.deepEqual([cost.milliseconds, cost.certain, cost.flops], [42, null, 21]);
});

Deno.test("--with: a module that does not load or exports no method is refused in one line", async () => {
  using folder = temporaryFolder();
  const write = (name: string, text: string) => {
    Deno.writeTextFileSync(`${folder.path}/${name}`, text);
    return `${folder.path}/${name}`;
  };
  const form = (fields: string) => `export default { help: "", yields: "count", ${fields} };`;
  const cases: [module: string, message: RegExp][] = [
    [`${folder.path}/missing.ts`, /missing\.ts: there is no such file or folder; give --with a module/],
    [folder.path, /: is a directory; give a regular file$/],
    [write("syntax.ts", "export default {"), /syntax\.ts: does not load: .+; mend it, and try again$/],
    [write("throws.ts", `throw new Error("no");`), /throws\.ts: does not load: no; mend it/],
    [write("text.ts", `throw "no";`), /text\.ts: does not load: no; mend it/],
    [
      write("shader.ts", `import a from "./gone.wgsl" with { type: "text" };`),
      /gone\.wgsl: there is no such file/,
    ],
    [write("empty.ts", ""), /empty\.ts: has no default export that is a method; give \{ help, yields/],
    [write("null.ts", "export default null;"), /null\.ts: has no default export that is a method; /],
    [write("yields.ts", "export default { yields: 7 };"), /yields\.ts: yields "7"; give /],
    [write("count.ts", form("solve() {}")), /count\.ts: has no function count; give /],
    [write("most.ts", form("mostColumns: {}, count() {}")), /most\.ts: has no mostColumns /],
    [write("half.ts", form("mostColumns: { half: 9 }, count() {}")), /half\.ts: has no mostColumns /],
    [
      write("flops.ts", form("mostColumns: { single: 9 }, flops: 1, count() {}")),
      /has flops that are no function/,
    ],
    [
      write("sturm.ts", form("mostColumns: { single: 9 }, count() {}")),
      /there is a method "sturm" already; rename/,
    ],
  ];
  for (const [module, message] of cases) {
    await assert.rejects(readEntrants([module]), (error) => {
      assert(error instanceof InputError, `${module}: ${error}`);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(readEntrants("a.ts,,b.ts"), InputError);
  assert.deepEqual([await readEntrants(null), await readEntrants([])], [[], []]);
});
