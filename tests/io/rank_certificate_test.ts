import { fileURLToPath } from "node:url";
import { writeCertificate } from "../../src/io/rank_certificate.ts";
import { verifyRanks } from "../../src/rank/certificates/verify_ranks.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { root, temporaryFolder } from "../support/program.ts";
import { entriesIn } from "../support/traces.ts";

const checker = fileURLToPath(new URL("examples/check_certificate.py", root));

/** Runs the checker of certificates. */
async function check(...folders: string[]): Promise<{ code: number; lines: string[]; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command("python3", { args: [checker, ...folders] })
    .output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, lines: out.trimEnd().split("\n"), err };
}

/** Whether Python runs here; its shims may be there without it. */
const hasPython = await new Deno.Command("python3", { args: ["--version"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);

Deno.test("check_certificate.py has at most 60 lines and imports the standard library alone", () => {
  const lines = Deno.readTextFileSync(checker).trimEnd().split("\n");
  assert(lines.length <= 60, `${lines.length} lines`);
  assert.deepEqual(lines.filter((line) => /^\s*(import|from)\b/.test(line)), [
    "import array, json, pathlib, sys",
    "from fractions import Fraction",
  ]);
});

Deno.test("writeCertificate: what is in the folder", async () => {
  using folder = temporaryFolder();
  const features = { rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, 4, 5, 1e-40) };
  const claims = [{ epsilon: 1e-6, rank: 2, low: 1, high: 2 }];
  const weights = [0.1, 0.3], options = { weights, center: true, threshold: "relative" } as const;
  const [rank] = verifyRanks(features, claims, options);
  const path = await writeCertificate(`${folder.path}/a/b`, { name: "tiny", features, rank, ...options });
  assert.deepEqual(entriesIn(path), ["certificate.json", "epsilon.bin", "features.bin", "weights.bin"]);
  const json = JSON.parse(Deno.readTextFileSync(`${path}/certificate.json`));
  const { largest, ...others } = json;
  assert.deepEqual(others, {
    name: "tiny",
    claim: "from 1 to 2 eigenvalues of Fᵀ diag(w) F, F less its column means, are above ε times the largest",
    rows: 2,
    columns: 3,
    features: { file: "features.bin", dtype: "float32" },
    weights: { file: "weights.bin", dtype: "float64" },
    volume: "1/1",
    epsilon: {
      file: "epsilon.bin",
      dtype: "float64",
      decimal: 1e-6,
      exact: "4722366482869645/4722366482869645213696",
    },
    centered: true,
    relative: true,
    low: 1,
    high: 2,
  });
  assert.equal(largest.length, 2);
  const bytes = (file: string) => new DataView(Deno.readFileSync(`${path}/${file}`).buffer);
  assert.deepEqual([0, 1, 5].map((i) => bytes("features.bin").getFloat32(4 * i, true)), [
    1,
    2,
    Math.fround(1e-40),
  ]);
  assert.deepEqual([0, 1].map((i) => bytes("weights.bin").getFloat64(8 * i, true)), weights);
  assert.equal(bytes("epsilon.bin").getFloat64(0, true), 1e-6);
});

Deno.test({
  name: "check_certificate.py reaches the same verdicts, of right claims and of wrong ones",
  ignore: !hasPython,
  async fn() {
    using folder = temporaryFolder();
    const next = uniform(7), paths: string[] = [], expected: boolean[] = [];
    const shapes = [[9, 4], [4, 9], [5, 5], [1, 3], [3, 1], [37, 6]] as const;
    for (const [index, [rows, columns]] of shapes.entries()) {
      const entries = Array.from({ length: rows * columns }, () => (2 * next() - 1) * 2 ** (8 * next() - 4));
      if (index === 2) entries.fill(0);
      for (const way of [index % 3, 3 + index % 2, 5 + index % 3]) {
        const data = way & 1 ? Float32Array.from(entries) : Float64Array.from(entries);
        const features = { rows, columns, data };
        const options = {
          ...way & 2
            ? { weights: Array.from({ length: rows }, () => 0.1 + next()) }
            : index % 2 && { volume: 3 * next() },
          center: (way & 4) > 0,
          threshold: way % 3 === 0 ? "relative" : "absolute",
        } as const;
        const epsilon = 10 ** (1 - 3 * next());
        const [{ exact }] = verifyRanks(features, [{ epsilon, rank: 0, low: 0, high: columns }], options);
        const off = index % 2 === 0 ? 0 : way < 4 ? 1 : -1;
        const claim = { epsilon, rank: 0, low: exact.low + off, high: exact.high + off };
        const [rank] = verifyRanks(features, [claim], options);
        expected.push(rank.verdict === "right");
        const path = `${folder.path}/${index}-${way}`;
        paths.push(await writeCertificate(path, { name: "random", features, rank, ...options }));
      }
    }
    const { code, lines, err } = await check(...paths);
    assert.deepEqual([code, err], [1, ""]);
    assert.deepEqual(lines.map((line) => line.endsWith(": holds")), expected);
    assert(expected.includes(true) && expected.includes(false));
    const right = paths.filter((_, i) => expected[i]);
    assert.equal((await check(...right)).code, 0);

    // An interval that does not hold λ₁, numbers that are missing.
    const path = paths[0], file = `${path}/certificate.json`;
    const json = JSON.parse(Deno.readTextFileSync(file));
    Deno.writeTextFileSync(file, JSON.stringify({ ...json, largest: ["1/1000", "1/999"] }));
    assert.match((await check(path)).lines[0], /: WRONG$/);
    Deno.writeTextFileSync(file, JSON.stringify({ ...json, rows: 8 }));
    const broken = await check(path);
    assert.equal(broken.code, 1);
    assert.match(broken.err, /sizes or signs are wrong/);
  },
});
