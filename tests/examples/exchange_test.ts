import { npy, parseNpz, readParameters } from "../../src/io/mod.ts";
import { assert } from "../deps.ts";
import { forward } from "../reference/network.ts";
import { stepErrors } from "../reference/network_errors.ts";
import { npyOfBytes, zipArchive } from "../support/array_files.ts";
import { flatParameters } from "../support/parameters.ts";
import { command, filesIn, pairwise, root, run, temporaryFolder } from "../support/program.ts";
import { fileURLToPath } from "node:url";

const small = ["--layers=8,6", "--samples=32", "--steps=20", "--probe-every=10"];
const verify = fileURLToPath(new URL("examples/verify.ts", root));

/** Losses of `trace.csv` at a step, by replica. */
function lossesAt(folder: string, step: number): Map<string, string> {
  const lines = Deno.readTextFileSync(`${folder}/trace.csv`).trimEnd().split("\n").slice(1);
  const cells = lines.map((line) => line.split(","));
  return new Map(
    cells.filter((each) => Number(each[1]) === step).map(([replica, , loss]) => [replica, loss]),
  );
}

/** Python with PyTorch; `null` where there is none. */
const python = ["/usr/bin/python3", "python3"].find((path) => {
  try {
    return new Deno.Command(path, { args: ["-c", "import numpy, torch"], stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}) ?? null;

Deno.test("staircase --export, --init-from: the networks of a run begin another, with the same losses", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  const flags = ["--replicas=2", "--activation=sine,relu^2", "--out=a", "--export=new/w.safetensors"];
  const first = await run([...small, ...flags], { cwd });
  assert.equal(first.code, 0, first.err);
  assert(first.out.endsWith("\nnew/w.safetensors\n"), first.out);
  assert.deepEqual(filesIn(`${cwd}/new`), ["w.safetensors"]);
  const { widths, activations } = await readParameters(`${cwd}/new/w.safetensors`);
  assert.deepEqual([widths, activations], [[1, 8, 6, 1], ["sine", "relu^2"]]);

  const begin = ["--samples=32", "--init-from=new/w.safetensors", "--replicas=2"];
  const again = await run([...begin, "--steps=0", "--out=b", "--export=again.safetensors"], { cwd });
  assert.equal(again.code, 0, again.err);
  assert.deepEqual(lossesAt(`${cwd}/b`, 0), lossesAt(`${cwd}/a`, 20));
  const tensors = (path: string) => readParameters(`${cwd}/${path}`);
  assert.deepEqual(await tensors("again.safetensors"), await tensors("new/w.safetensors"));

  // It goes on as a run without a break, is verified, and says how it began.
  const record = JSON.parse(Deno.readTextFileSync(`${cwd}/b/run.json`));
  assert.deepEqual(record.configuration.start, { networks: 2 });
  assert.equal(record.options.init_from, "new/w.safetensors");
  assert.match(Deno.readTextFileSync(`${cwd}/b/staircase.svg`), /1-8-6-1 sine, relu\^2, given parameters/);
  const more = ["--steps=20", "--probe-every=10"];
  assert.equal((await run([...begin, ...more, "--out=whole", "--quiet"], { cwd })).code, 0);
  const cut = await run([...begin, "--steps=10", "--probe-every=10", "--out=cut", "--quiet"], { cwd });
  assert.equal(cut.code, 0, cut.err);
  const resumed = await run(["--resume=cut", "--steps=20", "--export=end.safetensors"], { cwd });
  assert.equal(resumed.code, 0, resumed.err);
  assert.deepEqual(lossesAt(`${cwd}/cut`, 20), lossesAt(`${cwd}/whole`, 20));
  const verified = await run(["whole", "--quiet"], { cwd, program: verify });
  assert.deepEqual(verified, { code: 0, out: "", err: "" });

  // A run that is done still has its networks.
  const late = await run(["--resume=whole", "--export=late.safetensors"], { cwd });
  assert.deepEqual(late, { code: 0, out: "late.safetensors\n", err: "" });
  assert.deepEqual(await tensors("late.safetensors"), await tensors("end.safetensors"));

  // Another file is another run.
  await Deno.copyFile(`${cwd}/late.safetensors`, `${cwd}/new/w.safetensors`);
  const other = await run(["--resume=cut", "--steps=30"], { cwd });
  assert.deepEqual([other.code, other.err], [
    2,
    "staircase: cut: is a run with other options; go on with its own, or begin in another folder\n",
  ]);
  const doubted = await run(["whole"], { cwd, program: verify });
  assert.deepEqual([doubted.code, doubted.err], [
    2,
    "verify: whole: began with other parameters than its file has now; give the file as it was\n",
  ]);
});

Deno.test("staircase --export, --init-from: one line before any training for what does not fit", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  const made = await run([
    ...small,
    "--steps=0",
    "--replicas=3",
    "--out=a",
    "--export=w.safetensors",
    "--quiet",
  ], { cwd });
  assert.deepEqual(made, { code: 0, out: "", err: "" });
  await Deno.mkdir(`${cwd}/d.safetensors`);
  const cases: [args: string[], message: RegExp][] = [
    [["--export=w.pt"], /^--export w\.pt: writes safetensors; give a name that ends in \.safetensors$/],
    [["--export=d.safetensors"], /^cannot write d\.safetensors: there is a folder of that name; remove it$/],
    [["--export=w.safetensors/x.safetensors"], /^cannot write to the folder w\.safetensors: /],
    [
      ["--init-from=w.safetensors"],
      /^w\.safetensors: holds 3 networks for 1 replica; give --replicas 3, or a file of one network$/,
    ],
    [
      ["--init-from=w.safetensors", "--layers=8,7"],
      /^w\.safetensors: holds a network 1-8-6-1, and --layers asks for 1-8-7-1; give --layers 8,6, or leave it out$/,
    ],
    [
      ["--init-from=w.safetensors", "--task=poisson2d"],
      /^w\.safetensors: holds a network of 1 input and 1 output, and the task poisson2d has 2 and 1; give one that fits$/,
    ],
    [
      ["--init-from=w.safetensors", "--init=pytorch"],
      /^--init pytorch and --init-from contradict each other; /,
    ],
    [["--init-from=none.safetensors"], /^none\.safetensors: no such file; /],
  ];
  for (const [args, message] of cases) {
    const { code, out, err } = await run([...args, "--out=b"], { cwd });
    assert.deepEqual([code, out, err.split("\n").length], [2, "", 2], err);
    assert.match(err.replace(/^staircase: /, "").trimEnd(), message);
  }
  assert.deepEqual(filesIn(`${cwd}/b`), []);
});

Deno.test("staircase --export: a network that diverged is named; none is written where all did", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  const wild = [...small, "--optimizer=sgd", "--activation=relu^2"];
  const one = await run([
    ...wild,
    "--replicas=2",
    "--learning-rate=0.001,1e6",
    "--out=a",
    "--export=w.safetensors",
  ], { cwd });
  assert.equal(one.code, 0, one.err);
  assert.match(
    one.err,
    /\nstaircase: replica 1 of w\.safetensors diverged; its parameters are the last ones\n$/,
  );
  const bytes = await Deno.readFile(`${cwd}/w.safetensors`);
  assert(new TextDecoder("latin1").decode(bytes).includes('"diverged":"1"'));
  const all = await run([...wild, "--learning-rate=1e6", "--out=c", "--export=v.safetensors", "--quiet"], {
    cwd,
  });
  assert.equal(all.code, 1);
  assert.match(
    all.err,
    /^staircase: v\.safetensors is not written, as there is no network to keep\nstaircase: the loss/,
  );
  assert.deepEqual(filesIn(cwd), ["w.safetensors"]);
});

Deno.test("staircase --export: a run that is interrupted leaves the networks where it stopped", async () => {
  using folder = temporaryFolder();
  const args = [
    "--layers=8",
    "--samples=32",
    "--steps=1000000",
    "--probe-every=1000",
    "--out=a",
    "--export=w.safetensors",
  ];
  await using child = command(args, { cwd: folder.path }).spawn();
  const isRunning = () => Deno.stat(`${folder.path}/a/trace.csv`).then(({ size }) => size > 200, () => false);
  while (!await isRunning()) await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGINT");
  const { code } = await child.output();
  assert.equal(code, 130);
  const bytes = await Deno.readFile(`${folder.path}/w.safetensors`);
  const step = /"step":"(\d+)"/.exec(new TextDecoder("latin1").decode(bytes))?.[1];
  const { timings } = JSON.parse(Deno.readTextFileSync(`${folder.path}/a/run.json`));
  assert.equal(Number(step), timings.steps);
  assert.equal((await readParameters(`${folder.path}/w.safetensors`)).networks.length, 1);
});

Deno.test({
  name: "staircase --export: PyTorch loads the networks, computes the same outputs, and gives them back",
  ignore: python === null,
  fn: async () => {
    using folder = temporaryFolder();
    const cwd = folder.path, script = fileURLToPath(new URL("tests/support/load_sequential.py", root));
    const x = Float32Array.from({ length: 40 }, (_, k) => Math.sin(k * k));
    await Deno.writeFile(`${cwd}/x.npy`, npy([20, 2], x));
    const cases = [
      ["--replicas=2", "--activation=tanh,sine", "--init=structured"],
      ["--activation=gelu,softplus"],
      ["--activation=leaky-relu:0.2,relu^2", "--init=pytorch"],
      ["--activation=sigmoid,relu", "--replicas=3"],
      ["--activation=tanh,relu,gelu", "--layers=8,8,8", "--skip"],
      ["--activation=tanh,sine", "--layers=8,8", "--skip", "--replicas=2"],
      ["--activation=tanh,relu,gelu", "--layers=8,8,8", "--adaptive-skip", "--replicas=2"],
      ["--activation=tanh,relu,gelu", "--layers=8,8,8", "--gates", "--replicas=2"],
    ];
    const files = cases.map((_, i) => `w${i}.safetensors`);
    await pairwise(cases, async (flags) => {
      const i = cases.indexOf(flags), to = [`--out=o${i}`, `--export=${files[i]}`];
      const ended = await run(["--task=franke2d", ...small, ...flags, ...to, "--quiet"], { cwd });
      assert.deepEqual(ended, { code: 0, out: "", err: "" });
    });
    const loaded = await new Deno.Command(python!, { args: [script, "x.npy", ...files], cwd }).output();
    assert(loaded.success, new TextDecoder().decode(loaded.stderr));
    const outputs: number[][][][] = JSON.parse(new TextDecoder().decode(loaded.stdout));
    for (const [i, file] of files.entries()) {
      const { widths, activations, skip, networks } = await readParameters(`${cwd}/${file}`);
      const asked = cases[i].some((flag) => /skip|gates/.test(flag));
      assert.deepEqual([!!skip, outputs[i].length], [asked, networks.length]);
      for (const [n, layers] of networks.entries()) {
        const theta = flatParameters(layers);
        const network = { widths, activations: activations!, skip: skip ?? false };
        const samples = { count: 20, x, y: new Float32Array(20), weights: new Float32Array(20) };
        const bounds = stepErrors(network, theta, samples, "mean-squared-error").outputs;
        for (let k = 0; k < 20; k++) {
          const [exact] = forward(network, theta, [x[2 * k], x[2 * k + 1]]).h.at(-1)!;
          const error = Math.abs(outputs[i][n][k][0] - exact), [bound] = bounds[k];
          assert(error <= bound && bound < 1e-3, `${cases[i]}: ${error} of at most ${bound}`);
        }
      }
      // The state_dict as PyTorch has it, through NumPy.
      const back = await readParameters(`${cwd}/${file}.npz`);
      assert.deepEqual(back, { widths, activations: null, ...skip && { skip }, networks });
      const first = `${networks.length > 1 ? "0." : ""}${skip === "gated" ? "layers." : ""}0.weight`;
      assert.deepEqual((await parseNpz(await Deno.readFile(`${cwd}/${file}.npz`), "w", first)).shape, [8, 2]);
    }
  },
});

/** Writes the arrays of a task. */
async function writeData(path: string, shift = 0): Promise<void> {
  const count = 300, x = Float64Array.from({ length: 2 * count }, (_, i) => Math.sin(i * i) + shift);
  const labels = Uint8Array.from({ length: count }, (_, k) => +(x[2 * k] * x[2 * k + 1] > 0));
  const part = 2 * 200;
  await Deno.writeFile(
    path,
    await zipArchive([
      { name: "x.npy", content: npy([200, 2], x.slice(0, part)) },
      { name: "y.npy", content: npyOfBytes([200], labels.slice(0, 200), { descr: "|u1" }) },
      { name: "x_test.npy", content: npy([100, 2], x.slice(part)) },
      { name: "y_test.npy", content: npyOfBytes([100], labels.slice(200), { descr: "|u1" }), deflate: true },
    ]),
  );
}

Deno.test("staircase --task data.npz: trains on it in mini-batches, goes on, is verified, and knows other data", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await writeData(`${cwd}/data.npz`);
  const args = ["--task=data.npz", "--layers=8,6", "--steps=20", "--probe-every=10", "--batch=32"];
  const { code, err, out } = await run([...args, "--out=a"], { cwd });
  assert.equal(code, 0, err);
  assert.match(out, /accuracy \d+\.\d+ %/);
  const record = JSON.parse(Deno.readTextFileSync(`${cwd}/a/run.json`));
  assert.deepEqual(record.configuration.task, {
    name: "data.npz",
    description: "200 samples of 2 inputs, 2 classes",
    inputs: 2,
    outputs: 2,
    loss: "softmax-cross-entropy",
    samples: 200,
    held_out: 100,
  });
  assert.equal(record.options.task, "data.npz");
  assert.equal((await run(["a", "--quiet"], { cwd, program: verify })).code, 0);
  const more = await run(["--resume=a", "--steps=30", "--quiet"], { cwd });
  assert.deepEqual(more, { code: 0, out: "", err: "" });
  await writeData(`${cwd}/data.npz`, 0.25);
  const other = await run(["--resume=a", "--steps=40"], { cwd });
  assert.deepEqual([other.code, other.err], [
    2,
    "staircase: a: was trained on other samples; go on with its own, or begin in another folder\n",
  ]);
  const doubted = await run(["a"], { cwd, program: verify });
  assert.deepEqual([doubted.code, doubted.err], [
    2,
    "verify: a: was trained on other samples of data.npz than there are; give its data\n",
  ]);
  const refused = await run(["--task=data.npz", "--data=d"], { cwd });
  assert.deepEqual([refused.code, refused.err], [
    2,
    'staircase: task "data.npz" is a file itself; leave out data "d"\n',
  ]);
});

Deno.test("sweep --task data.npz: trials on data of a file; --init-from is no option of a trial", async () => {
  using folder = temporaryFolder();
  const cwd = folder.path, program = fileURLToPath(new URL("examples/sweep.ts", root));
  await writeData(`${cwd}/data.npz`);
  const tiny = ["--task=data.npz", "--steps=4", "--probe-every=4", "--out=s"];
  const { code, err } = await run(["--grid=width=3,5", ...tiny], { cwd, program });
  assert.equal(code, 0, err);
  const refused = await run(["--grid=initFrom=w.safetensors", "--task=data.npz", "--out=t"], {
    cwd,
    program,
  });
  assert.equal(refused.code, 2);
  assert.match(refused.err, /initFrom.*a trial draws its own parameters/);
});
