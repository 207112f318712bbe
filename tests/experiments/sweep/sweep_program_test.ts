import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { helpText } from "../../../src/cli/help.ts";
import { mergeProgram } from "../../../src/experiments/sweep/merge_program.ts";
import { resultFiles } from "../../../src/experiments/sweep/results.ts";
import { sweepProgram } from "../../../src/experiments/sweep/program.ts";
import { assert } from "../../deps.ts";
import { command, filesIn, root, run, temporaryFolder } from "../../support/program.ts";
import { assertSoundSvg } from "../../support/sound.ts";

const programOf = (name: string) => fileURLToPath(new URL(`examples/${name}.ts`, root));

/** Flags that make the trials of the documentation small. */
const TINY = ["--samples=24", "--steps=4", "--probe-every=4"];

/** Words of a command line, as a shell has them. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}

Deno.test("sweep and merge: their help fits, and their examples are in it", () => {
  for (const program of [sweepProgram, mergeProgram]) {
    const text = helpText(program);
    const isWide = (line: string) => line.length > 100 && line.trim().includes(" ");
    assert.deepEqual(text.split("\n").filter(isWide), []);
    for (const flag of program.flags) assert(flag.group !== undefined, flag.name);
    for (const { args } of program.examples) assert(text.includes(args.slice(0, 30)), args);
  }
});

Deno.test({
  name: "the commands of the documentation run as they stand, with small trials, in the order of the page",
  fn: async () => {
    using folder = temporaryFolder();
    const page = await Deno.readTextFile(new URL(".github/docs/sweeps.md", root));
    const plan = /```json\n([^`]*)```/.exec(page)![1];
    await Deno.writeTextFile(join(folder.path, "plan.json"), plan);
    const lines = [...page.matchAll(/```sh\n([^`]*)```/g)].flatMap(([, block]) => block.trim().split("\n"));
    assert.equal(lines.length, 6);
    for (const line of lines) {
      const [deno, task, name, ...args] = words(line);
      assert.deepEqual([deno, task], ["deno", "task"]);
      // A plan may have trials with layers of their own.
      const depth = args.includes("--grid") ? ["--depth=1"] : [];
      const small = name === "sweep" ? [...TINY, ...depth] : [];
      const { code, err } = await run([...args, ...small], { cwd: folder.path, program: programOf(name) });
      assert.equal(code, 0, `${line}: ${err}`);
    }
    const at = (path: string) => join(folder.path, path);
    assert.deepEqual(filesIn(at("runs/all")), ["plan.json", ...resultFiles({ hasReport: true })].sort());
    for (const file of ["sweep.csv", "sweep.parquet", "sweep.svg"]) {
      assert.deepEqual(
        Deno.readFileSync(at(`runs/all/${file}`)),
        Deno.readFileSync(at(`runs/sweep/plan/${file}`)),
        file,
      );
      assert(page.includes(`\`${file}\``));
    }
    assertSoundSvg(
      Deno.readTextFileSync(at("runs/all/sweep.svg")),
      "Loss and ε-rank: cos πx + cos 3πx + cos 8πx on [−1, 1]",
    );
    const record = JSON.parse(Deno.readTextFileSync(at("runs/all/run.json")));
    const [header] = Deno.readTextFileSync(at("runs/all/sweep.csv")).split("\n");
    assert.deepEqual(Object.keys(record.columns["sweep.csv"]), header.split(","));
    assert.deepEqual([record.status, record.trials, record.done], ["done", 41, 41]);
  },
});

Deno.test("sweep: a wrong request is a line with status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await Deno.writeTextFile(join(cwd, "bad.json"), '{"grid": {"width": [20, -1]}}');
  await Deno.writeTextFile(join(cwd, "no.json"), "{grid");
  const cases: [args: string[], message: RegExp][] = [
    [[], /^sweep: no plan: give a file, plan\.json, or --grid/],
    [["--grid", "width=20,,3"], /^sweep: --grid: a value is missing at character 10/],
    [["--grid", "wdth=20"], /^sweep: --grid: grid\.wdth: .* did you mean "width"\?/],
    [["bad.json"], /^sweep: bad\.json: grid\.width\[1\]: must be a whole number from 1 to 1048576, not -1/],
    [["no.json"], /^sweep: no\.json: .*JSON/],
    [["none.json"], /^sweep: none\.json: there is no such file/],
    [["bad.json", "--grid", "seed=0"], /^sweep: a plan, bad\.json, and --grid: give one of them/],
    [["--grid", "seed=0..1", "--seed=3"], /^sweep: seed is given for all trials and swept by the grid/],
    [["--grid", "seed=0", "--shard=3/2"], /^sweep: shard "3\/2": give its number/],
    [["--grid", "seed=0", "--replicas=2"], /^sweep: unknown flag --replicas/],
    [["."], /^sweep: \.: there is no sweep; give a folder with plan\.json/],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await run(args, { cwd, program: programOf("sweep") });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
    assert.equal(err.trimEnd().split("\n").length, 1, err);
  }
  assert.deepEqual(filesIn(cwd), ["bad.json", "no.json"]);
});

Deno.test({
  name: "sweep: --json prints the counts; trials that diverge are rows; where all do, the status is 1",
  fn: async () => {
    using folder = temporaryFolder();
    const small = [...TINY, "--width=5", "--optimizer=sgd", "--activation=relu", "--json", "--quiet"];
    const sweep = (rates: string, out: string) =>
      run([`--grid=learningRate=${rates}`, `--out=${out}`, ...small], {
        cwd: folder.path,
        program: programOf("sweep"),
      });
    const some = await sweep("1e30,1e-3", "some");
    assert.equal(some.code, 0, some.err);
    assert.deepEqual(JSON.parse(some.out), {
      experiment: "sweep",
      folder: "some",
      status: "done",
      trials: 2,
      done: 2,
      diverged: 1,
      batches: 1,
    });
    const table = Deno.readTextFileSync(join(folder.path, "some/sweep.csv"));
    assert.match(table, /,1e\+30,diverged,\d/);
    const all = await sweep("1e30,1e31", "all");
    assert.equal(all.code, 1);
    assert.match(all.err, /^sweep: every network diverged: lower the learning rate/);
    const files = resultFiles({ hasReport: true });
    assert.deepEqual(files.filter((file) => !filesIn(join(folder.path, "all")).includes(file)), []);
  },
});

Deno.test({
  name: "sweep: Ctrl-C keeps what is done, says how to go on, and the same command ends with the same table",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using folder = temporaryFolder();
    const args = [
      "--grid=width=5,6,7 seed=0..1",
      "--steps=1500",
      "--probe-every=100",
      "--samples=24",
      "--spectra-every=10",
    ];
    const go = (out: string) =>
      command([...args, `--out=${out}`], { cwd: folder.path, program: programOf("sweep") });
    await using child = go("a").spawn();
    const folders = join(folder.path, "a/batches");
    const isThere = (path: string) => filesIn(join(path, "..")).includes("plan.json");
    const isDone = () =>
      [...Deno.readDirSync(folders)].some(({ name }) => filesIn(join(folders, name)).includes("trials.json"));
    while (!isThere(folders) || !isDone()) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    const err = new TextDecoder().decode(stderr);
    assert.equal(code, 130, err);
    assert.match(err, /the same command goes on where it stopped/);
    const record = JSON.parse(Deno.readTextFileSync(join(folder.path, "a/run.json")));
    assert(record.status === "stopped" && record.done > 0 && record.done < 6, JSON.stringify(record.done));
    assert.equal(record.missing.length, 6 - record.done);
    assert.equal((await go("a").output()).code, 0);
    assert.equal((await go("b").output()).code, 0);
    for (const file of ["sweep.csv", "sweep.parquet", "sweep.svg"]) {
      const [a, b] = ["a", "b"].map((name) => Deno.readFileSync(join(folder.path, name, file)));
      assert.deepEqual(a, b, file);
    }
  },
});
