import { assert, fc } from "../deps.ts";
import { InputError } from "../../src/errors.ts";
import { type Flag, type FlagValues, parseFlags } from "../../src/cli/flags.ts";

const FLAGS = [
  { name: "steps", kind: "integer", min: 1, default: 1000, help: "updates to make" },
  { name: "learning-rate", kind: "number", positive: true, default: 1e-2, help: "step size" },
  { name: "shift", kind: "number", min: -2, max: 2, default: 0, help: "where the domain begins" },
  { name: "epsilons", kind: "numbers", positive: true, default: [1e-6], help: "thresholds of the rank" },
  {
    name: "widths",
    kind: "integers",
    min: 1,
    max: 4096,
    default: [50, 50],
    help: "neurons per hidden layer",
  },
  {
    name: "optimiser",
    kind: "string",
    choices: ["sgd", "momentum", "adam"],
    default: "sgd",
    help: "how to update",
  },
  { name: "resume", kind: "string", default: null, placeholder: "FILE", help: "checkpoint to go on from" },
  { name: "figures", kind: "boolean", default: true, help: "draw the figures" },
  { name: "json", kind: "boolean", default: false, help: "print one JSON object" },
] as const satisfies readonly Flag[];

function parse(...args: string[]) {
  return parseFlags(FLAGS, args);
}

function refuses(args: string[], message: string | RegExp) {
  assert.throws(() => parse(...args), (error) => {
    assert.ok(error instanceof InputError);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}

Deno.test("flags: the values' types follow from the table", () => {
  const { flags } = parse();
  const values: {
    steps: number;
    learningRate: number;
    shift: number;
    epsilons: readonly number[];
    widths: readonly number[];
    optimiser: "sgd" | "momentum" | "adam";
    resume: string | null;
    figures: boolean;
    json: boolean;
  } = flags;
  const back: FlagValues<typeof FLAGS> = values;
  assert.equal(back.steps, 1000);
  // @ts-expect-error There is no such flag.
  assert.equal(flags.speed, undefined);
});

Deno.test("flags: every flag has its default", () => {
  assert.deepEqual(parse(), {
    flags: {
      steps: 1000,
      learningRate: 1e-2,
      shift: 0,
      epsilons: [1e-6],
      widths: [50, 50],
      optimiser: "sgd",
      resume: null,
      figures: true,
      json: false,
    },
    given: new Set(),
    positionals: [],
  });
});

Deno.test("flags: values in every form", () => {
  assert.equal(parse("--shift", "-1").flags.shift, -1);
  assert.equal(parse("--shift=-1").flags.shift, -1);
  assert.equal(parse("--shift", "-.5e0").flags.shift, -0.5);
  assert.equal(parse("--steps=1e4").flags.steps, 10_000);
  assert.deepEqual(parse("--epsilons", "1e-2,1e-4").flags.epsilons, [1e-2, 1e-4]);
  assert.deepEqual(parse("--widths=64, 32").flags.widths, [64, 32]);
  assert.equal(parse("--resume=a=b").flags.resume, "a=b");
  assert.equal(parse("--steps", "1", "--steps", "2").flags.steps, 2);
  assert.deepEqual([parse("--json").flags.json, parse("--no-figures").flags.figures], [true, false]);
  assert.deepEqual(parse("a", "--json", "b", "--", "--c").positionals, ["a", "b", "--c"]);
});

Deno.test("flags: any number within the range is read exactly", () => {
  fc.assert(fc.property(fc.double({ min: -2, max: 2, noNaN: true }), fc.boolean(), (x, inline) => {
    const text = Object.is(x, -0) ? "-0" : String(x);
    assert.equal(parse(...(inline ? [`--shift=${text}`] : ["--shift", text])).flags.shift, x);
  }));
});

Deno.test("flags: what is not a number of the range is refused in words", () => {
  refuses(["--steps=0"], '--steps must be a whole number of at least 1, not "0"');
  refuses(["--steps=1.5"], '--steps must be a whole number of at least 1, not "1.5"');
  refuses(["--learning-rate", "0"], '--learning-rate must be a number above 0, not "0"');
  refuses(["--shift=3"], '--shift must be a number from -2 to 2, not "3"');
  refuses(["--widths=8,,8"], '--widths must be a whole number from 1 to 4096, not ""');
  for (
    const text of ["NaN", "Infinity", "-Infinity", "1e999", "0x10", "1_000", "1e", "e1", ".", "1 2", "ten"]
  ) {
    for (const flag of ["--steps", "--learning-rate", "--epsilons"]) {
      refuses([`${flag}=${text}`], /must be a .*number/);
    }
  }
});

Deno.test("flags: what is not a flag, or lacks a value, is refused in words", () => {
  refuses(["--speed=1"], "unknown flag --speed; see --help");
  refuses(["--no-steps"], "unknown flag --no-steps; see --help");
  refuses(["-s"], "unknown flag -s; see --help");
  refuses(["--constructor"], "unknown flag --constructor; see --help");
  refuses(["--steps"], "--steps needs a value; see --help");
  refuses(["--resume="], "--resume needs a value; see --help");
  refuses(["--resume", "--json"], "--resume needs a value; see --help");
  refuses(["--json=yes"], "--json takes no value; leave out =yes");
  refuses(
    ["--optimiser", "adma"],
    '--optimiser must be sgd, momentum or adam, not "adma"; did you mean adam?',
  );
});

Deno.test("flags: an unknown flag gets a suggestion", () => {
  refuses(["--epsilon", "1e-3"], "unknown flag --epsilon; did you mean --epsilons?");
  refuses(["--eps=1e-3"], "unknown flag --eps; did you mean --epsilons?");
  refuses(["--lr=0.1"], "unknown flag --lr; did you mean --learning-rate?");
  refuses(["--Steps", "3"], "unknown flag --Steps; did you mean --steps?");
  refuses(["-steps", "3"], "unknown flag -steps; did you mean --steps?");
  refuses(["-lr", "0.1"], "unknown flag -lr; did you mean --learning-rate?");
  refuses(["--no-figure"], "unknown flag --no-figure; did you mean --no-figures?");
});

Deno.test("flags: a blank beside a comma is called by its name", () => {
  refuses(
    ["--epsilons", "1e-3,", "1e-6"],
    "--epsilons: leave out the blank after the comma, as in 1e-3,1e-6",
  );
  refuses(
    ["--epsilons", "1e-3,", "1e-6,", "1e-9", "x"],
    "--epsilons: leave out the blank after the comma, as in 1e-3,1e-6,1e-9",
  );
  refuses(
    ["--epsilons", "1e-3", ",1e-6"],
    "--epsilons: leave out the blank before the comma, as in 1e-3,1e-6",
  );
  refuses(["--epsilons=1e-3,", "1e-6"], "--epsilons: leave out the blank after the comma, as in 1e-3,1e-6");
  refuses(["--epsilons", "1e-3,", "--json"], /must be a number above 0/);
  refuses(["--epsilons", "1e-3,", "hidden.npy"], /must be a number above 0/);
});

Deno.test("flags: a former name is refused with the present one", () => {
  const flags = [
    { name: "rank-method", was: ["method"], kind: "string", default: "auto", help: "how to count" },
    { name: "autotune", was: ["tune"], kind: "boolean", default: true, help: "time kernels" },
  ] as const satisfies readonly Flag[];
  for (const args of [["--method", "x"], ["--method=x"]]) {
    assert.throws(() => parseFlags(flags, args), { message: "--method is now --rank-method" });
  }
  assert.throws(() => parseFlags(flags, ["--no-tune"]), { message: "--no-tune is now --no-autotune" });
});

Deno.test("flags: --full changes what is not given", () => {
  const flags = [
    { name: "full", kind: "boolean", default: false, help: "as in the paper" },
    { name: "steps", kind: "integer", default: 10, full: 100, help: "updates" },
    { name: "batch-sizes", kind: "integers", default: [8], full: [8, 16], help: "samples" },
    { name: "task", kind: "string", default: null, full: "digits", help: "what to learn" },
    { name: "seed", kind: "integer", default: 3, help: "seed" },
  ] as const satisfies readonly Flag[];
  const valuesOf = (...args: string[]) => ({ ...parseFlags(flags, args).flags });
  const short = { full: false, steps: 10, batchSizes: [8], task: null, seed: 3 };
  const full = { full: true, steps: 100, batchSizes: [8, 16], task: "digits", seed: 3 };
  assert.deepEqual(valuesOf(), short);
  assert.deepEqual(valuesOf("--full"), full);
  assert.deepEqual(valuesOf("--no-full"), short);
  // What is given counts, even if it is the default and whichever comes first.
  assert.deepEqual(valuesOf("--steps=10", "--full"), { ...full, steps: 10 });
  assert.deepEqual(valuesOf("--full", "--batch-sizes=4"), { ...full, batchSizes: [4] });
  assert.deepEqual(parseFlags(flags.slice(1), ["--steps=7"]).flags, {
    steps: 7,
    batchSizes: [8],
    task: null,
    seed: 3,
  });
});

Deno.test("flags: which of them the command line gives", () => {
  const { given } = parse("--learning-rate=0.01", "--no-figures", "--steps", "1", "--steps", "2", "x");
  assert.deepEqual([...given].sort(), ["figures", "learningRate", "steps"]);
});

Deno.test("flags: any command line is read or refused, never more", () => {
  const piece = fc.constantFrom("--", "-", "=", "steps", "json", "no-", "1", "-1", "x", ",", "");
  const argument = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));
  fc.assert(fc.property(fc.array(argument, { maxLength: 4 }), (args) => {
    try {
      const { flags } = parse(...args);
      assert.ok(Number.isSafeInteger(flags.steps) && flags.steps >= 1 && typeof flags.json === "boolean");
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
      assert.doesNotMatch(error.message, /\n/);
    }
  }));
});
