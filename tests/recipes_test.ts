/**
 * Follows the recipes of `.github/CONTRIBUTING.md` in a copy of the tree, and tries what comes out.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { npy } from "../src/io/npy.ts";
import { assert } from "./deps.ts";
import { addedLines, follow, recipeBlocks } from "./recipes/recipes.ts";
import { type Ending, filesIn, readTable, root, run, temporaryFolder } from "./support/program.ts";

const blocks = recipeBlocks(await Deno.readTextFile(new URL(".github/CONTRIBUTING.md", root)));

/** Tests in the copy that iterate the registries, as far as the recipes concern them. */
const TESTS = [
  "tests/experiments/registry_test.ts",
  "tests/linalg/count/diagonal_test.ts",
  "tests/nn/activation_test.ts",
  "tests/nn/jets/activation_jet_test.ts",
  "tests/rank/methods/count_features_test.ts",
  "tests/rank/methods/counting_test.ts",
  "tests/rank/methods/rank_methods_test.ts",
  "tests/tasks/registry_test.ts",
];
const FILTER = [
  ...["diagonal", "width-profile", "experiments:", "activation", "isCurved", "homogeneity"],
  ...["countFeatures", "rankMethods", "registry"],
];

Deno.test("recipes: an experiment, an activation, a task and a rank method cost what the page says", () => {
  const lines = (path: string) => addedLines(blocks, path);
  assert(lines("src/experiments/width_profile/mod.ts") <= 60, "an experiment of at most 60 lines");
  // Its import and its entry.
  assert.equal(lines("src/experiments/mod.ts"), 2);
  assert.equal(lines("tests/experiments/tiny_runs.ts"), 1);
  assert.equal(lines("src/nn/activation.ts"), 10);
  assert.equal(lines("src/tasks/registry.ts"), 2);
  assert.equal(lines("src/rank/README.md"), 1);
  assert(lines("src/rank/methods/rank_methods.ts") <= 8, "an import, a name, and an entry of six lines");
});

Deno.test("recipes: what they add is in help and lists, runs, and passes the tests of the registries", async () => {
  using folder = temporaryFolder();
  await follow(fileURLToPath(root), folder.path, blocks);
  const at = (program: string, ...args: string[]): Promise<Ending> =>
    run(args, { cwd: folder.path, program: `examples/${program}.ts` });
  const deno = async (...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: folder.path,
      env: { NO_COLOR: "1" },
    }).output();
    return { success, output: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
  };
  const tested = deno("test", "-A", "--no-check", "--filter", `/${FILTER.join("|")}/`, ...TESTS);

  const tiny = ["--layers=6,5", "--steps=20", "--probe-every=10", "--no-autotune", "--quiet"];
  const trained = await at("staircase", ...tiny, "--task=rings", "--activation=gaussian", "--out=runs/a");
  assert.deepEqual([trained.code, trained.out], [0, ""], trained.err);
  const { configuration } = JSON.parse(Deno.readTextFileSync(`${folder.path}/runs/a/run.json`));
  assert.deepEqual([configuration.task.name, configuration.activation], ["rings", "gaussian"]);
  const ranks = readTable(`${folder.path}/runs/a/trace.csv`).rows;
  // Probes at steps 0, 10 and 20, of two layers, at three thresholds.
  assert.equal(ranks.length, 3 * 2 * 3);

  const [help, ofTask, ofRank, list, studied] = [
    await at("staircase", "--help"),
    await at("staircase", "--help", "--task=rings"),
    await at("rank", "--help"),
    await at("experiment", "--list"),
    await at("experiment", "width-profile", "--widths=4,6", "--steps=20", "--replicas=2", "--out=runs/w"),
  ];
  const squeezed = ({ out }: Ending) => out.replaceAll(/\s+/g, " ");
  assert.match(squeezed(help), /--activation NAMES .*\bgaussian\b.* --init /);
  assert.match(squeezed(help), /--task NAME .*\brings\b.* --data /);
  assert.match(squeezed(ofTask), /--samples N .*400/);
  assert.match(
    squeezed(ofRank),
    /--rank-method .*diagonal counts by the diagonal, certain of little.* --center /,
  );
  assert.match(squeezed(ofRank), /--most N arrays to take, from the first/);
  assert.match(list.out, /^ *width-profile +compare the ranks of/m);
  assert.equal(studied.code, 0, studied.err);
  assert.match(studied.out, /a wider network has a higher ε-rank \(Spearman's ρ of width and rank/);
  const files = ["report.html", "run.json", "width_profile.csv", "width_profile.svg"];
  assert.deepEqual(filesIn(`${folder.path}/runs/w`), files);

  await Deno.writeFile(`${folder.path}/f.npy`, npy([4, 2], Float32Array.of(1, 0, 0, 1, 1, 1, 2, 1)));
  const first = await at("rank", "f.npy", "f.npy", "--most=1", "--json", "--quiet");
  assert.equal(JSON.parse(first.out).files.length, 1, first.err);

  const scripts = [...new Set(blocks.map(({ path }) => path).filter((path) => path.endsWith(".ts")))];
  for (const check of [["check"], ["lint"], ["fmt", "--check"]]) {
    const { success, output } = await deno(...check, ...scripts);
    assert(success, `deno ${check.join(" ")}: ${output}`);
  }
  // The tree's own test says where the tree breaks a rule: here the new files alone count.
  const rules = await deno("test", "-A", "--no-check", "tests/architecture_test.ts");
  for (const { path, isDiff } of blocks) {
    assert(isDiff || !rules.output.includes(`${path}: `), rules.output);
  }

  const { success, output } = await tested;
  assert(success, output);
  for (const file of TESTS) {
    assert.match(output, new RegExp(`^running [1-9]\\d* tests? from ./${file}$`, "m"));
  }
});
