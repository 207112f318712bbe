import { assert, fc } from "../deps.ts";
import { InputError } from "../../src/errors.ts";
import { type Flag, type FlagValues, parseFlags } from "../../src/cli/flags.ts";
import { helpText } from "../../src/cli/help.ts";

const FLAGS = [
  { name: "steps", kind: "integer", min: 1, default: 1000, help: "updates to make" },
  { name: "learning-rate", kind: "number", positive: true, default: 1e-2, help: "step size" },
  { name: "shift", kind: "number", min: -2, max: 2, default: 0, help: "where the domain begins" },
  { name: "epsilon", kind: "numbers", positive: true, default: [1e-6], help: "thresholds of the rank" },
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
    epsilon: readonly number[];
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
      epsilon: [1e-6],
      widths: [50, 50],
      optimiser: "sgd",
      resume: null,
      figures: true,
      json: false,
    },
    positionals: [],
  });
});

Deno.test("flags: values in every form", () => {
  assert.equal(parse("--shift", "-1").flags.shift, -1);
  assert.equal(parse("--shift=-1").flags.shift, -1);
  assert.equal(parse("--shift", "-.5e0").flags.shift, -0.5);
  assert.equal(parse("--steps=1e4").flags.steps, 10_000);
  assert.deepEqual(parse("--epsilon", "1e-2,1e-4").flags.epsilon, [1e-2, 1e-4]);
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
    for (const flag of ["--steps", "--learning-rate", "--epsilon"]) {
      refuses([`${flag}=${text}`], /must be a .*number/);
    }
  }
});

Deno.test("flags: what is not a flag, or lacks a value, is refused in words", () => {
  refuses(["--speed=1"], "unknown flag --speed; see --help");
  refuses(["--no-steps"], "unknown flag --no-steps; see --help");
  refuses(["-s"], "unknown flag -s; see --help");
  refuses(["--constructor"], "unknown flag --constructor; see --help");
  refuses(["--steps"], "--steps is given no value; see --help");
  refuses(["--resume="], "--resume is given no value; see --help");
  refuses(["--resume", "--json"], "--resume is given no value; see --help");
  refuses(["--json=yes"], "--json takes no value; leave out =yes");
  refuses(["--optimiser", "adma"], '--optimiser must be sgd, momentum or adam, not "adma"');
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

Deno.test("help: lists every flag with its default, in lines of the width asked for", () => {
  const positionals = { placeholder: "FILE", help: "what to read", min: 1, max: 1 };
  const text = helpText({ name: "staircase", summary: "watch the rank rise", flags: FLAGS, positionals }, 72);
  for (const line of text.split("\n")) assert.ok(line.length <= 72, line);
  assert.match(text, /^staircase: watch the rank rise\n\nusage: staircase \[flags\] FILE\n/);
  const flat = text.replaceAll(/\s+/g, " ");
  for (
    const entry of [
      "--steps N updates to make (of at least 1; default 1000)",
      "--learning-rate X step size (above 0; default 0.01)",
      "--shift X where the domain begins (from -2 to 2; default 0)",
      "--epsilon X,… thresholds of the rank (above 0; default 0.000001)",
      "--widths N,… neurons per hidden layer (from 1 to 4096; default 50,50)",
      "--optimiser TEXT how to update (sgd, momentum, adam; default sgd)",
      "--resume FILE checkpoint to go on from (default none)",
      "--[no-]figures draw the figures (default on)",
      "--json print one JSON object (default off)",
      "--debug show the stack of an error (default off)",
      "--help show this text",
    ]
  ) assert.ok(flat.includes(entry), entry);
});
