import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { filesIn, root, run, temporaryFolder } from "../support/program.ts";

const TYPES: Record<string, string> = {
  ".ts": "application/typescript",
  ".wgsl": "text/plain",
  ".txt": "text/plain",
  ".css": "text/css",
  ".js": "text/javascript",
};

/** Serves the tree as a plain web server does: sources and nothing else. */
function serveTree(): AsyncDisposable & { readonly origin: string; readonly asked: ReadonlySet<string> } {
  const asked = new Set<string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const { pathname } = new URL(url);
    asked.add(pathname);
    const type = TYPES[extname(pathname)];
    if (!type || pathname.includes("..")) return new Response(null, { status: 404 });
    try {
      const body = await Deno.readFile(join(fileURLToPath(root), pathname));
      return new Response(body, { headers: { "content-type": type } });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return { origin, asked, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** What the README promises: a script of a dozen lines does what the program does. */
const script = (origin: string) => `
import { arrayTask, Gpu, runExperiment, staircase } from "${origin}/mod.ts";

using gpu = await Gpu.open();
const x = Array.from({ length: 64 }, (_, k) => k / 32 - 1);
const task = arrayTask({ x, y: x.map((at) => Math.sin(9 * at)) });
const options = { task, layers: [12, 12], steps: 40, probeEvery: 10, replicas: 2 };
const result = await runExperiment(gpu, staircase, options);
for (const { step, replica, loss, layers } of result.rows[0].trace.probes) {
  const { rank, low, high } = layers[1].ranks[0];
  console.log(step, replica, loss, rank, low, high);
}
await Deno.writeTextFile("figure.svg", await staircase.figures["staircase.svg"](result));
console.log(result.rows[0].summary.loss);
`;

Deno.test("by URL: the program, and the library in a script, from a folder without configuration", async () => {
  await using server = serveTree();
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const { origin } = server;
  const deno = ["--no-config", "--no-lock", `--reload=${origin}`];
  const args = ["--steps=20", "--layers=8,8", "--samples=32", "--replicas=2", "--quiet", "--json", "--out=o"];
  const program = `${origin}/examples/staircase.ts`;
  const { code, out, err } = await run(args, { cwd, deno: [...deno, "--quiet"], program });
  assert.equal(code, 0, err);
  assert.equal(err, "");
  assert.equal(JSON.parse(out).status, "done");
  assert.deepEqual(filesIn(`${cwd}/o`), [
    "report.html",
    "run.json",
    "spectra.npz",
    "staircase.svg",
    "trace.csv",
  ]);
  assert([...server.asked].some((path) => path.endsWith(".wgsl")), "shaders come from elsewhere");
  const ofFormats = /\/src\/convert\/(?!draw|formats)/;
  assert.deepEqual([...server.asked].filter((path) => ofFormats.test(path)), []);
  // The same as from the disk, to the last bit.
  const local = await run([...args, "--out=p"], { cwd });
  assert.equal(local.code, 0, local.err);
  assert.equal(Deno.readTextFileSync(`${cwd}/o/trace.csv`), Deno.readTextFileSync(`${cwd}/p/trace.csv`));
  const drawn = ["--out=q", "--formats=svg,png,pdf"];
  const figures = await run([...args, ...drawn], { cwd, deno: [...deno, "--quiet"], program });
  assert.deepEqual([figures.code, figures.err], [0, ""]);
  assert([...server.asked].some((path) => path.endsWith("dejavu_sans_bold.txt")));
  await run([...args, "--formats=svg,png,pdf", "--out=r"], { cwd });
  for (const file of ["staircase.png", "staircase.pdf"]) {
    assert.deepEqual(Deno.readFileSync(`${cwd}/q/${file}`), Deno.readFileSync(`${cwd}/r/${file}`), file);
  }

  Deno.writeTextFileSync(`${cwd}/script.ts`, script(origin));
  const ended = await run([], { cwd, deno: [...deno, "--quiet"], program: `${cwd}/script.ts` });
  assert.equal(ended.code, 0, ended.err);
  const lines = ended.out.trimEnd().split("\n").map((line) => line.split(" ").map(Number));
  assert.equal(lines.length, 11);
  assert.deepEqual(lines.slice(0, -1).map(([step]) => step), [0, 0, 10, 10, 20, 20, 30, 30, 40, 40]);
  assert(lines.flat().every(Number.isFinite));
  assert.match(Deno.readTextFileSync(`${cwd}/figure.svg`), /^<svg/);
});
