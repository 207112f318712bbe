import { assert } from "../deps.ts";

const room = new URL("../../src/", import.meta.url).href;

/** A program whose `main` fails, waits or prints as its flag says. */
const PROGRAM = `
import process from "node:process";
import { print } from "${room}cli/output.ts";
import { runProgram } from "${room}cli/program.ts";
import { InputError, DivergenceError } from "${room}errors.ts";

await runProgram({
  name: "demo",
  summary: "shows how programs end",
  flags: [
    { name: "do", kind: "string", default: "nothing", help: "what to do" },
    { name: "count", kind: "integer", min: 0, default: 3, help: "how often" },
    { name: "width", kind: "integer", default: null, help: "neurons of a layer" },
  ],
  examples: [
    { args: "--count 5", help: "prints 5" },
    { args: "--do diverge", help: "fails" },
  ],
  defaults(flags) {
    if (flags.do === "input") throw new InputError("no data");
    return Promise.resolve(flags.do === "nothing" ? undefined : { width: flags.count * 10 });
  },
}, async ({ flags }) => {
  const forever = new Promise((resolve) => setTimeout(resolve, 60_000));
  switch (flags.do) {
    case "input": throw new InputError("the file is\\n  malformed");
    case "diverge": throw new DivergenceError("the loss is NaN at step 7", 7, [0]);
    case "defect": throw new TypeError("x is undefined");
    case "stray": Promise.reject(new RangeError("astray")); return forever;
    case "log": for (let i = 0; i < 20_000; i++) console.log("line", i); return;
    case "print": for (let i = 0; i < 20_000; i++) print("line " + i); return;
    case "write": for (let i = 0; i < 20_000; i++) process.stdout.write("line " + i + "\\n"); return forever;
    default: console.log(flags.do, flags.count);
  }
});
`;

function start(...args: string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "--no-check", path, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

async function run(...args: string[]) {
  const { code, stdout, stderr } = await start(...args).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

let path = "";
Deno.test.beforeAll(async () => {
  path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, PROGRAM);
});
Deno.test.afterAll(() => Deno.remove(path));

Deno.test("program: runs, and lists its flags", async () => {
  assert.deepEqual(await run("--count=5"), { code: 0, out: "nothing 5\n", err: "" });
  const help = await run("--count=bad", "--help");
  assert.equal(help.code, 0);
  assert.match(
    help.out,
    /^demo: shows how programs end\n[^]*--count N +how often \(at least 0; default 3\)\n/,
  );
  assert.equal(help.err, "");
  // A mistake, or data that cannot be read, leaves the defaults of the table.
  for (const args of [["--help"], ["--count=bad", "--help"], ["--do=input", "--help"]]) {
    assert.match((await run(...args)).out, /\n {2}--width N +neurons of a layer\n/);
  }
  const shown = await run("--do", "train", "--help", "--count=7");
  assert.deepEqual([shown.code, shown.err], [0, ""]);
  assert.match(shown.out, /--width N +neurons of a layer \(default 70\)\n/);
});

Deno.test("program: an error is one line and an exit status", async () => {
  const cases: [string[], number, string][] = [
    [["--foo"], 2, "demo: unknown flag --foo; see --help\n"],
    [["--count=x"], 2, 'demo: --count must be a whole number of at least 0, not "x"\n'],
    [["stair"], 2, 'demo: unexpected argument "stair"; see --help\n'],
    [["--do=input"], 2, "demo: the file is\\u{a}  malformed\n"],
    [["--do=diverge"], 1, "demo: the loss is NaN at step 7\n"],
    [["--do=defect"], 1, "demo: TypeError: x is undefined; --debug shows where\n"],
    [["--do=stray"], 1, "demo: RangeError: astray; --debug shows where\n"],
  ];
  for (const [args, code, err] of cases) assert.deepEqual(await run(...args), { code, out: "", err });
});

Deno.test("program: --debug shows the stack", async () => {
  const { code, err } = await run("--do=defect", "--debug");
  assert.equal(code, 1);
  assert.match(err, /^demo: TypeError: x is undefined\nTypeError: x is undefined\n +at /);
});

Deno.test("program: ends quietly when its output is closed", async () => {
  for (const [what, status] of [["log", 0], ["print", 141], ["write", 141]] as const) {
    const child = start(`--do=${what}`).spawn();
    await child.stdout.cancel();
    const err = await new Response(child.stderr).text();
    assert.deepEqual([err, (await child.status).code], ["", status]);
  }
});
