/**
 * Runs `deno test` over the tree, the examples in the documentation included, and ends with one
 * verdict.
 *
 * Tests wait for the GPU and for compilers as long as they compute, so that two processes, each
 * with half of the files, are done in two thirds of the time of one. What the second prints appears
 * when it is done. With arguments there is one, for those.
 *
 * Mesa's software driver sometimes aborts while a process ends, in its own exit handlers, when all
 * results are out. The verdict is then the closing line of the tests: a run that was killed after
 * "0 failed" has passed, and says so. One that was killed before has failed like any other.
 *
 * @module
 */
const root = new URL("../", import.meta.url);

/** What one call of `deno test` came to. */
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
  readonly code: number;
  readonly output: string;
}

/** Files with tests, relative to the root, in order. */
function* testFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of [...Deno.readDirSync(new URL(folder, root))].sort(byName)) {
    if (isDirectory) yield* testFiles(`${folder}${name}/`);
    else if (name.endsWith("_test.ts")) yield folder + name;
  }
}

function byName(a: Deno.DirEntry, b: Deno.DirEntry): number {
  return a.name < b.name ? -1 : 1;
}

/** Runs the tests of some files; what they print is passed on at once, or left to the caller. */
async function test(args: readonly string[], isLive: boolean): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--doc", ...args],
    cwd: root,
    stdout: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    const text = decoder.decode(chunk, { stream: true });
    output += text;
    if (isLive) await print(text);
  }
  const { code, signal } = await child.status;
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[\d;]*m/g, "");
  const closing = plain.match(/^(ok|FAILED) \| \d+ passed.*$/gm)?.at(-1) ?? "";
  const count = (what: string) => Number(closing.match(`(\\d+) ${what}`)?.[1] ?? 0);
  const counts = { passed: count("passed"), failed: count("failed"), ignored: count("ignored") };
  if (signal !== null && closing.startsWith("ok") && counts.passed > 0) {
    console.error(`the graphics driver died of ${signal} while the process ended; all tests had passed`);
    return { ...counts, code: 0, output };
  }
  return { ...counts, code, output };
}

async function print(text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
}

const start = performance.now();
const files = [...testFiles("tests/")];
const calls = Deno.args.length > 0 ? [Deno.args] : [
  files.filter((_, i) => i % 2 === 0),
  [...files.filter((_, i) => i % 2 === 1), "mod.ts", "src", "README.md"],
];
const outcomes = await Promise.all(calls.map((args, i) => test(args, i === 0)));
for (const { output } of outcomes.slice(1)) await print(output);
const total = (what: "passed" | "failed" | "ignored") =>
  outcomes.reduce((sum, outcome) => sum + outcome[what], 0);
const code = Math.max(...outcomes.map((outcome) => outcome.code));
const minutes = ((performance.now() - start) / 60_000).toFixed(1);
const ignored = total("ignored") > 0 ? ` | ${total("ignored")} ignored` : "";
const verdict = code === 0 ? "ok" : "FAILED";
console.log(
  `\n${verdict} | ${total("passed")} passed | ${total("failed")} failed${ignored} (${minutes} min)`,
);
Deno.exit(code);
