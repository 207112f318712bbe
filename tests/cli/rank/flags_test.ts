import { parseFlags } from "../../../src/cli/flags.ts";
import { inputOptionsOf, normalizationOf, rankFlags } from "../../../src/cli/rank/flags.ts";
import { InputError } from "../../../src/errors.ts";
import { volumeOf } from "../../../src/io/normalization.ts";
import { assert } from "../../deps.ts";

const parse = (args: readonly string[]) => parseFlags(rankFlags, args);

Deno.test("normalizationOf: a mean by default; one line for what contradicts itself", () => {
  const of = (...args: string[]) => {
    const { flags, given } = parse(args);
    return normalizationOf(flags, given);
  };
  assert.deepEqual(of(), { kind: "mean" });
  assert.deepEqual(of("--normalise", "sum"), { kind: "sum" });
  assert.deepEqual(of("--normalise=integral", "--volume=0.5"), { kind: "integral", volume: 0.5 });
  assert.deepEqual(of("--quadrature-weights=w.npy"), { kind: "weights", file: "w.npy" });
  const wrong: [args: string[], message: string][] = [
    [["--normalise=integral"], "--normalise integral needs the volume of the domain; add --volume V"],
    [["--volume=2"], "--volume is for integrals; add --normalise integral, or leave it out"],
    [
      ["--normalise=sum", "--volume=2"],
      "--volume is for integrals; add --normalise integral, or leave it out",
    ],
    [
      ["--quadrature-weights=w.npy", "--normalise=mean"],
      "--quadrature-weights and --normalise contradict each other; give one of them",
    ],
    [
      ["--quadrature-weights=w.npy", "--volume=1"],
      "--quadrature-weights and --volume contradict each other; give one of them",
    ],
  ];
  for (const [args, message] of wrong) assert.throws(() => of(...args), { name: InputError.name, message });
  assert.throws(() => of("--volume=0"), { message: '--volume must be a number above 0, not "0"' });
});

Deno.test("volumeOf: 1 by default, the number of samples, the volume", () => {
  assert.deepEqual(volumeOf({ kind: "mean" }, 7), {});
  assert.deepEqual(volumeOf({ kind: "sum" }, 7), { volume: 7 });
  assert.deepEqual(volumeOf({ kind: "integral", volume: 0.3 }, 7), { volume: 0.3 });
  assert.deepEqual(volumeOf({ kind: "weights", file: "w.npy" }, 7), {});
});

Deno.test("inputOptionsOf: names, axes, layouts; one line for what contradicts itself", () => {
  const of = (...args: string[]) => inputOptionsOf(parse(args).flags);
  assert.deepEqual(of(), { flattened: false });
  assert.deepEqual(of("--tensor=layer*", "--axes", "-1,1"), {
    tensor: "layer*",
    axes: [-1, 1],
    flattened: false,
  });
  assert.deepEqual(of("--layout=NCHW", "--features=all"), { layout: "NCHW", flattened: true });
  assert.throws(() => of("--axes=1", "--layout=NC"), {
    name: InputError.name,
    message: "--axes and --layout contradict each other; give one of them",
  });
  assert.throws(() => of("--axes=1", "--features=all"), {
    message: "--axes and --features all contradict each other; give one of them",
  });
  assert.throws(() => of("--axes=1.5"), { message: '--axes must be a whole number, not "1.5"' });
});
