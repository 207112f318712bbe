import { assert } from "./deps.ts";

const ROOT = new URL("../", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const doors: Readonly<Record<string, string>> = config.exports;

/** A module in the output of `deno info --json`. */
interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier: string };
  }[];
}

/** Runs Deno, and gives what it prints. */
async function deno(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** Specifiers of all that a module loads at once: what it imports dynamically is left out. */
async function loaded(path: string): Promise<Set<string>> {
  const { roots, modules, redirects = {} } = JSON.parse(await deno("info", "--json", path));
  const byName = new Map((modules as ModuleInfo[]).map((module) => [module.specifier, module]));
  const found = new Set<string>(), open: string[] = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    for (const { isDynamic, code } of byName.get(redirects[name] ?? name)?.dependencies ?? []) {
      if (code && !isDynamic) open.push(code.specifier);
    }
  }
  return found;
}

/** The specifiers that are not files of this package. */
const foreign = (specifiers: Iterable<string>) =>
  [...specifiers].filter((specifier) => !specifier.startsWith(ROOT.href)).toSorted();

for (const room of ["gpu", "linalg", "rank", "tasks", "train", "tracker", "stats"]) {
  Deno.test(`doors: ./${room} loads neither a package nor a module of Node`, async () => {
    const specifiers = await loaded(`src/${room}/mod.ts`);
    assert.ok(specifiers.has(new URL(`src/${room}/mod.ts`, ROOT).href));
    assert.deepEqual(foreign(specifiers), []);
  });
}

Deno.test("doors: ./plot alone loads d3", async () => {
  const packages = foreign(await loaded("src/plot/mod.ts"));
  assert.ok(packages.some((specifier) => /^npm:\/?d3/.test(specifier)), String(packages));
  assert.deepEqual(packages.filter((specifier) => !specifier.startsWith("npm:")), []);
});

Deno.test("doors: each is a file with named exports", async () => {
  for (const [name, path] of Object.entries(doors)) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    assert.match(text, /^\/\*\*[^]*@example[^]*@module/, `${name}: needs a docstring with an example`);
    if (name !== ".") assert.doesNotMatch(text, /export \*/, `${name}: name what is public`);
  }
});

Deno.test("doors: without Deno, a GPU opens, tunes, computes and trains", async () => {
  const at = (path: string) => JSON.stringify(new URL(path, ROOT).href);
  const program = `
    const print = console.log;
    delete globalThis.Deno;
    const { autotune, Gpu } = await import(${at("src/gpu/mod.ts")});
    const { svdvals } = await import(${at("src/linalg/mod.ts")});
    const { featureRanks } = await import(${at("src/rank/mod.ts")});
    const { loadTask } = await import(${at("src/tasks/mod.ts")});
    const { Training } = await import(${at("src/train/mod.ts")});
    const kept = new Map();
    const store = {
      recall: (key) => Promise.resolve(kept.get(JSON.stringify(key)) ?? null),
      remember: (key, choice) => Promise.resolve(kept.set(JSON.stringify(key), choice)),
    };
    using gpu = await Gpu.open();
    const features = { rows: 2, columns: 2, data: Float32Array.of(3, 0, 4, 0) };
    const [values] = await svdvals(gpu, [features]);
    const { ranks } = await featureRanks(gpu, features, { epsilons: [1e-3] });
    const task = await loadTask("cosines");
    using training = await Training.create(gpu, { task, hidden: [8], steps: 4, probeEvery: 2 });
    const { probes } = await training.finish();
    using tuned = await Gpu.open({ autotune: store });
    const bind = () => Promise.resolve([]);
    const candidates = ["a", "b"].map((name) => ({ name, value: name, bind }));
    await autotune(tuned, { kernel: "nothing", shape: {} }, candidates);
    print(JSON.stringify([Math.round(values[0]), ranks[0].rank, probes.length, kept.size]));
  `;
  const output = await deno("eval", "--no-config", program);
  assert.deepEqual(JSON.parse(output.trim().split("\n").at(-1)!), [5, 1, 3, 1]);
});
