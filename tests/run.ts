/**
 * Runs `deno test`, the examples in the documentation included, and ends with one verdict.
 *
 * ```sh
 * deno task test                          # every test of the library
 * deno task test --filter TEXT            # the tests with this text in their name
 * deno task test tests/linalg tests/gpu   # files or folders
 * deno task test:fast                     # no programs, no long kernels
 * deno task test:programs                 # those of experiments, programs, browser, Slurm, Jupyter
 * deno task test:dawn                     # the tests of kernels, on Dawn and SwiftShader
 * deno task test:dawn --fast              # those that take about four minutes
 * ```
 *
 * Options of `deno test` are passed on, and what follows `--` goes to the tests. Without files,
 * three processes run at a time, each with a dozen files, since tests wait for the GPU and for
 * compilers as long as they compute. The output of a process appears when it is done.
 *
 * Mesa's software driver sometimes aborts in its own exit handlers, when all results are out. The
 * verdict is then the closing line of the tests: a run that was killed after "0 failed" has passed,
 * and says so. A run that was killed before that line has failed like any other.
 *
 * @module
 */
import { runsOnDawn, vulkanDriver } from "./support/dawn_files.ts";
import { isFast } from "./support/fast.ts";
import { runsPrograms } from "./support/program_files.ts";

const root = new URL("../", import.meta.url);
/** Processes that run at a time, and files that share one. */
const PROCESSES = 3, SHARED = 12;

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

/** Tells files from options: an option without `=` that takes a value is followed by it. */
function parse(args: readonly string[]): { files: string[]; options: string[]; forTests: string[] } {
  const end = args.indexOf("--");
  const forTests = end < 0 ? [] : args.slice(end);
  const files: string[] = [], options: string[] = [];
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const isValue = /^--(filter|reporter|junit-path|ignore)$/.test(options.at(-1) ?? "");
    (isValue || arg.startsWith("-") ? options : files).push(arg);
  }
  return { files, options, forTests };
}

/** Runs `deno test`; its output is passed on at once, or left to the caller. */
async function test(args: readonly string[], isLive: boolean): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...args],
    cwd: root,
    env: driver === null ? {} : { VK_ICD_FILENAMES: driver },
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
const SELECTIONS = ["--fast", "--dawn", "--programs"];
const { files, options, forTests } = parse(Deno.args.filter((arg) => !SELECTIONS.includes(arg)));
const [onlyFast, isOnDawn, ofPrograms] = SELECTIONS.map((name) => Deno.args.includes(name));
const driver = isOnDawn ? vulkanDriver() : null;
const found = [...testFiles("tests/")].filter((file) => {
  if (isOnDawn) return runsOnDawn(file, onlyFast);
  if (runsPrograms(file, Deno.readTextFileSync(new URL(file, root))) !== ofPrograms) return false;
  return !onlyFast || isFast(file);
});
if (isOnDawn && driver === null) {
  const skipped = files.length > 0 ? files : found;
  for (const file of skipped) console.log(`${file} on Dawn ... ignored (no SwiftShader: install chromium)`);
  console.log(`\nok | 0 passed | 0 failed | ${skipped.length} ignored (0 min)`);
  Deno.exit(0);
}
// Types of tests are checked by `deno task check`; those of examples in the documentation are not.
const onDawn = isOnDawn ? ["--preload", "tests/support/dawn.ts"] : [];
const common = ["--no-check", ...onDawn, ...options];
const groups = Math.ceil(found.length / SHARED);
const grouped = Array.from({ length: groups }, (_, group) => found.filter((_, i) => i % groups === group))
  .map((group) => [...common, ...group, ...forTests]);
const documented = ["--doc", ...options, "mod.ts", "src", "README.md"];
const calls = files.length > 0
  ? [["--doc", ...common, ...files, ...forTests]]
  : onlyFast || isOnDawn || ofPrograms
  ? grouped
  : [documented, ...grouped];
const outcomes: Outcome[] = [];
const waiting = calls.values();
let printed = Promise.resolve();
await Promise.all(Array.from({ length: PROCESSES }, async () => {
  for (const args of waiting) {
    const outcome = await test(args, files.length > 0);
    outcomes.push(outcome);
    if (files.length === 0) printed = printed.then(() => print(outcome.output));
  }
}));
await printed;
const total = (what: "passed" | "failed" | "ignored") =>
  outcomes.reduce((sum, outcome) => sum + outcome[what], 0);
const code = Math.max(...outcomes.map((outcome) => outcome.code));
const minutes = ((performance.now() - start) / 60_000).toFixed(1);
const ignored = total("ignored") > 0 ? ` | ${total("ignored")} ignored` : "";
const verdict = code === 0 ? "ok" : "FAILED";
console.log(
  `\n${verdict} | ${total("passed")} passed | ${total("failed")} failed${ignored} (${minutes} min)`,
);
const profile = options.find((option) => option.startsWith("--coverage="))?.slice("--coverage=".length);
if (profile !== undefined) {
  await new Deno.Command(Deno.execPath(), { args: ["coverage", profile], cwd: root }).spawn().status;
}
Deno.exit(code);
