/**
 * Checks what needs no run of the code: format, lint, types, documentation, the rules of the house.
 * The parts run side by side. Of a part that fails it prints the output.
 *
 * @module
 */
const root = new URL("../", import.meta.url);

const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const doors: string[] = typeof exports === "string" ? [exports] : Object.values(exports);

/**
 * What is checked: a name and the arguments of `deno`. The peers of the benchmarks have a lock file
 * of their own.
 */
const parts: readonly (readonly [name: string, ...args: string[]])[] = [
  ["types", "check", "--frozen"],
  ["types of benchmarks", "check", "--frozen", "--config", "tests/bench/deno.json", "tests/bench"],
  ["documentation", "doc", "--lint", ...doors],
  ["rules of the house", "test", "-A", "--no-check", "tests/architecture_test.ts"],
  ["script of reports", "run", "-A", "--no-check", "tests/bundle.ts", "--check"],
  ["lint", "lint"],
  ["format", "fmt", "--check"],
];

const start = performance.now();
const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
const failures = await Promise.all(parts.map(async ([name, ...args]) => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  console.log(`${success ? "ok    " : "FAILED"} ${name} (after ${seconds()})`);
  return success
    ? []
    : [{ args, output: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) }];
}));
for (const { args, output } of failures.flat()) {
  console.log(`\n$ deno ${args.join(" ")}\n${output.trimEnd()}`);
}
console.log(failures.flat().length === 0 ? `\nall checks passed in ${seconds()}` : "\nchecks failed");
Deno.exit(failures.flat().length === 0 ? 0 : 1);
