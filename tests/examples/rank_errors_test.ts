import { fileURLToPath } from "node:url";
import { rankFlags } from "../../src/cli/rank/flags.ts";
import { npy } from "../../src/io/npy.ts";
import { autoRankMethodHelp } from "../../src/rank/methods/auto_method.ts";
import { rankMethodNames, rankMethods } from "../../src/rank/methods/rank_methods.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { npyFile } from "../support/array_files.ts";
import { pairwise, root, run as runIn, temporaryFolder } from "../support/program.ts";
import { tanhFeatures } from "../support/solve.ts";

const program = fileURLToPath(new URL("examples/rank.ts", root));
const rows = 60, columns = 16;
const single = tanhFeatures(uniform(1), rows, columns);

const run = (cwd: string, args: readonly string[]) => runIn(args, { cwd, program });

Deno.test("rank: bad input is one line that names the file and the offence, and status 2", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const write = (name: string, bytes: Uint8Array) => Deno.writeFileSync(`${cwd}/${name}`, bytes);
  const good = npy([rows, columns], single);
  const spoilt = (value: number, at: number) =>
    npy([rows, columns], single.map((x, e) => e === at || e === at + 40 ? value : x));
  write("good.npy", good);
  write("malformed.npy", new TextEncoder().encode("1.0, 2.0\n3.0, 4.0\n"));
  write("header.npy", npyFile([2, 2], [1, 2, 3, 4], { dictionary: "{'descr': '<f8', 'fortran_order': " }));
  write("truncated.npy", good.subarray(0, good.length - 7));
  write("flat.npy", npy([6], new Float32Array(6)));
  write("none.npy", npy([0, 6], new Float32Array(0)));
  write("empty.npy", new Uint8Array());
  write("nan.npy", spoilt(NaN, 3 * columns + 5));
  write("infinite.npy", spoilt(-Infinity, 7 * columns));
  write("complex.npy", npyFile([2, 2], [1, 2, 3, 4], { descr: "<c8" }));
  write("huge.npy", npyFile([2, 1], [1e300, 1]));
  write("few.npy", npy([rows - 1], new Float64Array(rows - 1).fill(1)));
  write("negative.npy", npy([rows], Float64Array.from(single.subarray(0, rows), (_, k) => k === 9 ? -1 : 1)));
  const cases: [args: string[], line: RegExp][] = [
    [["malformed.npy"], /^malformed\.npy: is not a \.npy, /],
    [["header.npy"], /^header\.npy: malformed \.npy header, /],
    [
      ["truncated.npy"],
      /^truncated\.npy: truncated after \d+ of the \d+ bytes that shape \(60, 16\) needs; /,
    ],
    [["flat.npy"], /^flat\.npy: an array of shape \(6,\) is no matrix; /],
    [["none.npy"], /^none\.npy: is empty, of shape \(0, 6\); /],
    [["empty.npy"], /^empty\.npy: is empty; /],
    [["nan.npy"], /^nan\.npy: NaN in row 3, column 5 \(counted from 0\); /],
    [["infinite.npy"], /^infinite\.npy: -Infinity in row 7, column 0 \(counted from 0\); /],
    [["complex.npy"], /^complex\.npy: holds complex numbers.*; save \.real/],
    [["huge.npy"], /^huge\.npy: features as large as 1e\+300: .*; scale them down$/],
    [["missing.npy"], /^missing\.npy: no such file; /],
    // Nothing is printed of the good one either.
    [["good.npy", "nan.npy"], /^nan\.npy: NaN in row 3, column 5 /],
    [["good.npy", "--quadrature-weights=few.npy"], /^few\.npy: 59 weights for 60 samples; /],
    [
      ["good.npy", "--quadrature-weights=negative.npy"],
      /^negative\.npy: weight 9 \(counted from 0\) is -1; /,
    ],
    [["good.npy", "--rank-method=svd"], /^--rank-method must be auto.* or .*, not "svd"$/],
    [["good.npy", "nothing-*.npy"], /^nothing-\*\.npy: no file fits this pattern; /],
    [["good.npy", "--axes=0,1"], /^good\.npy: all axes of shape \(60, 16\) are features; /],
    [
      ["good.npy", "--quadrature-weights=few.npy", "--normalise=sum"],
      /^--quadrature-weights and --normalise /,
    ],
    [["good.npy", "--normalize=sum"], /^unknown flag --normalize; did you mean --normalise\?$/],
    // Former names: what stands for them now, once the flags know of former names.
    [["good.npy", "--method=sturm"], /^--method is now --rank-method$/],
    [["good.npy", "--weights=few.npy"], /^--weights is now --quadrature-weights$/],
    [["good.npy", "--precision=half"], /^--precision must be auto, single or double, not "half"$/],
    [["good.npy", "--epsilons=1e-2,0"], /^--epsilons must be a number above 0, not "0"$/],
    [[], /^FEATURES is missing; see --help$/],
  ];
  await pairwise(cases, async ([args, line]) => {
    const { code, out, err } = await run(cwd, args);
    assert.deepEqual([code, out], [2, ""], `${args}: ${err}`);
    assert.ok(err.startsWith("rank: ") && err.endsWith("\n"), err);
    const [first, ...others] = err.slice("rank: ".length, -1).split("\n");
    assert.deepEqual(others, [], `${args}: more than one line`);
    assert.match(first, line);
  });
});

Deno.test("rank: --help lists the flags", async () => {
  using folder = temporaryFolder();
  const { code, out, err } = await run(folder.path, ["--help"]);
  assert.deepEqual([code, err], [0, ""]);
  for (
    const flag of rankFlags.map(({ name }) => name).filter((name) => name !== "autotune")
  ) {
    assert.match(out, new RegExp(`^ +--${flag}`, "m"));
  }
  // Of every method what it does, and of auto what it takes.
  const text = out.replaceAll(/\s+/g, " ");
  assert.ok(text.includes(autoRankMethodHelp));
  for (const name of rankMethodNames) assert.ok(text.includes(`${name} ${rankMethods[name].help}`), name);
});
