import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { command, filesIn, readTable, root, run, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/trace.ts", root));
const small = ["--layers=8,6", "--samples=32", "--steps=30", "--probe-every=5", "--replicas=2", "--quiet"];
const FILES = ["report.html", "run.json", "staircase.svg", "trace.csv"];

/** A table without its floors, which only a run that is trained with a threshold has. */
const withoutFloors = (path: string) => readTable(path).rows.map((row) => row.toSpliced(8, 1));

Deno.test("trace: other thresholds give the ranks of a run that is trained with them; its own, its files", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder, precise = [...small, "--precision=double", "--spectra-every=1"];
  assert.equal((await run([...precise, "--epsilons=1e-2,1e-6", "--out=a"], { cwd })).code, 0);
  assert.equal((await run([...precise, "--epsilons=1e-4,1e-9", "--out=b"], { cwd })).code, 0);
  const own = await run(["a", "--out=own", "--quiet"], { cwd, program });
  assert.deepEqual(own, { code: 0, out: "", err: "" });
  for (const file of ["trace.csv", "staircase.svg"]) {
    assert.equal(
      Deno.readTextFileSync(`${cwd}/own/${file}`),
      Deno.readTextFileSync(`${cwd}/a/${file}`),
      file,
    );
  }
  const other = await run(["a", "--epsilons=1e-4,1e-9"], { cwd, program });
  assert.equal(other.code, 0, other.err);
  const made = `${cwd}/a/epsilons-1e-4-1e-9`;
  assert.deepEqual(filesIn(made), FILES);
  assert.deepEqual(withoutFloors(`${made}/trace.csv`), withoutFloors(`${cwd}/b/trace.csv`));
  assert(readTable(`${made}/trace.csv`).rows.every((row) => row[8] === ""));
  // It makes the same folder again, and refuses others that hold something.
  assert.equal((await run(["a", "--epsilons=1e-4,1e-9", "--quiet"], { cwd, program })).code, 0);
  assert.equal((await run(["a", "--out=plain", "--no-report", "--quiet"], { cwd, program })).code, 0);
  assert.deepEqual(filesIn(`${cwd}/plain`), FILES.filter((name) => name !== "report.html"));
  const refused = await run(["a", "--out=b"], { cwd, program });
  assert.equal(refused.code, 2);
  assert.match(refused.err, /^trace: the folder b holds a run .*\n$/);
});

Deno.test({
  name: "trace: reads a run that is running, and one that was killed; a folder of runs stands for the latest",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = temporaryFolder();
    const { path: cwd } = folder;
    const child = command([...small, "--steps=4000000000", "--spectra-every=1"], { cwd }).spawn();
    const [out, err] = [new Response(child.stdout).text(), new Response(child.stderr).text()];
    try {
      const latest = `${cwd}/runs/staircase/latest`;
      const text = () => {
        try {
          return Deno.readTextFileSync(`${latest}/trace.csv`);
        } catch {
          return "";
        }
      };
      // The journal is flushed beside the table.
      while (text().split("\n").length < 20) await new Promise((resolve) => setTimeout(resolve, 100));
      for (const state of ["running", "killed"]) {
        if (state === "killed") {
          child.kill("SIGKILL");
          await child.status;
        }
        const ended = await run(["--epsilons=1e-3", "--json", "--quiet"], { cwd, program });
        assert.equal(ended.code, 0, ended.err);
        assert.equal(JSON.parse(ended.out).of.status, state);
        assert(readTable(`${latest}/epsilons-1e-3/trace.csv`).rows.length > 3);
      }
    } finally {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await Promise.all([child.status, out, err]);
    }
  },
});
