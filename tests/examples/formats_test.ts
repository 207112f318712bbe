import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { filesIn, root, run, temporaryFolder } from "../support/program.ts";

const small = "--layers 1-6-5-1 --samples 24 --steps 20 --probe-every 10 --no-autotune --adapter software"
  .split(" ");
const own = ["report.html", "run.json", "spectra.npz", "trace.csv"];
const program = (name: string) => fileURLToPath(new URL(`examples/${name}.ts`, root));
const figures = (...formats: string[]) => formats.map((format) => `staircase.${format}`);

Deno.test("--formats: figures in each, kept by a run that goes on and by trace; more may be asked for", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path, has = (path: string) => filesIn(`${cwd}/${path}`);
  const ends = async (args: readonly string[], name = "staircase") => {
    const { code, out, err } = await run(args, { cwd, program: program(name) });
    assert.equal(code, 0, err);
    return { out, err };
  };
  await ends([...small, "--out=o", "--formats=pdf,png"]);
  assert.deepEqual(has("o"), [...own, ...figures("pdf", "png")].sort());
  // It goes on with its formats.
  const before = Deno.readFileSync(`${cwd}/o/staircase.pdf`);
  await ends(["--resume=o", "--steps=30", "--no-autotune"]);
  assert.deepEqual(has("o"), [...own, ...figures("pdf", "png")].sort());
  assert.notDeepEqual(Deno.readFileSync(`${cwd}/o/staircase.pdf`), before);
  // It is done; another format is drawn all the same, once.
  await ends(["--resume=o", "--formats=svg"]);
  assert.deepEqual(has("o"), [...own, ...figures("pdf", "png", "svg")].sort());
  assert.match((await ends(["--resume=o", "--formats=svg,pdf"])).err, /is done/);
  await ends(["o", "--out=t"], "trace");
  assert.deepEqual(has("t"), ["report.html", "run.json", ...figures("pdf", "png", "svg"), "trace.csv"]);
  assert.deepEqual(Deno.readFileSync(`${cwd}/t/staircase.pdf`), Deno.readFileSync(`${cwd}/o/staircase.pdf`));
  await ends(["o", "--out=u", "--formats=svg"], "trace");
  assert.deepEqual(has("u"), ["report.html", "run.json", "staircase.svg", "trace.csv"]);
  // A run that replaces another one leaves none of its figures.
  await ends([...small, "--out=o", "--overwrite"]);
  assert.deepEqual(has("o"), [...own, ...figures("svg")].sort());
});

Deno.test("--formats of a sweep and of merge; a sweep that goes on keeps its own", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  const ends = async (name: string, args: readonly string[]) => {
    const { code, err } = await run(args, { cwd, program: program(name) });
    assert.equal(code, 0, err);
  };
  const has = (path: string) =>
    filesIn(`${cwd}/${path}`).filter((file) => /^sweep\.(svg|png|pdf)$/.test(file));
  const plan = "--samples 16 --steps 10 --layers 1-4-1 --no-autotune --adapter software".split(" ");
  await ends("sweep", ["--grid=seed=0..1", ...plan, "--out=s", "--formats=svg,pdf"]);
  assert.deepEqual(has("s"), ["sweep.pdf", "sweep.svg"]);
  await Deno.remove(`${cwd}/s/sweep.pdf`);
  await ends("sweep", ["s"]);
  assert.deepEqual(has("s"), ["sweep.pdf", "sweep.svg"]);
  await ends("merge", ["s", "--out=m", "--formats=png"]);
  assert.deepEqual(has("m"), ["sweep.png"]);
});

Deno.test("--formats: one that does not exist is refused in a line, and no file is written", async () => {
  using folder = temporaryFolder();
  for (
    const [name, ...args] of [["staircase"], ["trace", "o"], ["sweep", "--grid=seed=0..1"], ["merge", "a"]]
  ) {
    const { code, out, err } = await run([...args, "--formats=svg,jpg"], {
      cwd: folder.path,
      program: program(name),
    });
    assert.deepEqual([code, out], [2, ""]);
    assert.equal(err, `${name}: --formats must be a list of svg, png, pdf, as in svg,pdf, not "svg,jpg"\n`);
  }
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});
