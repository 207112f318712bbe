import { fileURLToPath } from "node:url";
import { npy } from "../../src/io/npy.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { root, run, temporaryFolder } from "../support/program.ts";
import { tanhFeatures } from "../support/solve.ts";
import { entriesIn } from "../support/traces.ts";

const program = fileURLToPath(new URL("examples/rank.ts", root));

Deno.test("rank: --verify counts ranks exactly, --export-certificate writes them", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeFileSync(`${cwd}/hidden.npy`, npy([60, 16], tanhFeatures(uniform(1), 60, 16)));
  const args = ["hidden.npy", "--epsilons=1e-2,1e-6", "--relative", "--center", "--json"];
  const { code, out, err } = await run([...args, "--export-certificate=c"], { cwd, program });
  assert.deepEqual([code, err], [0, ""]);
  const lines = out.trimEnd().split("\n");
  const { files: [{ ranks, verified }] } = JSON.parse(lines.pop()!);
  assert.match(lines.pop()!, /^ {2}exact ranks \d+ at 0\.01, \d+ at 1e-6: none wrong$/);
  for (const [i, { epsilon, exact_low, exact_high, verdict }] of verified.entries()) {
    assert.equal(epsilon, ranks[i].epsilon);
    assert.deepEqual([exact_low, exact_high, verdict], [ranks[i].rank_low, ranks[i].rank_high, "right"]);
  }
  assert.deepEqual(entriesIn(`${cwd}/c`), ["0001-hidden.npy-0.01", "0002-hidden.npy-1e-6"]);
  const json = JSON.parse(Deno.readTextFileSync(`${cwd}/c/0002-hidden.npy-1e-6/certificate.json`));
  assert.deepEqual([json.low, json.relative, json.centered], [ranks[1].rank_low, true, true]);
});

Deno.test("rank: --verify of features that take hours is refused before anything is computed", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  Deno.writeFileSync(`${cwd}/big.npy`, npy([700, 700], new Float32Array(700 * 700).fill(1)));
  const { code, out, err } = await run(["big.npy", "--verify"], { cwd, program });
  assert.deepEqual([code, out], [2, ""]);
  assert.match(
    err,
    /^rank: big\.npy: 700 × 700 features: to count its ranks exactly takes about \d+ h, and 10 min .+\n$/,
  );
});
