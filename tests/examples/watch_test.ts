// deno-lint-ignore-file no-control-regex
import { fileURLToPath } from "node:url";
import { formatNumber } from "../../src/format.ts";
import { assert } from "../deps.ts";
import { command, filesIn, readTable, root, run, temporaryFolder } from "../support/program.ts";
import { Emulator } from "../support/terminal.ts";

const isThere = (name: string) => {
  try {
    return new Deno.Command(name, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
};

/** Whether programs can be run on a terminal of their own, by `script` of util-linux. */
const hasScript = Deno.build.os === "linux" && isThere("script") && isThere("stty");

const [columns, rows] = [90, 30];
const program = (name: string) => fileURLToPath(new URL(`examples/${name}.ts`, root));
const small = "--layers 1-8-7-1 --samples 32 --no-autotune --adapter software";

/** Runs a program on a terminal. Returns its exit status, and all that it has written. */
async function onTerminal(
  line: string,
  { cwd, env = {}, onOutput = () => {} }: {
    readonly cwd: string;
    readonly env?: Record<string, string>;
    readonly onOutput?: (text: string, type: (keys: string) => void) => void;
  },
) {
  // Whoever runs the tests may have it set.
  const colors = Object.hasOwn(env, "NO_COLOR") ? "" : "unset NO_COLOR; ";
  const shell =
    `${colors}stty cols ${columns} rows ${rows}; exec ${Deno.execPath()} run -A --no-check ${line}`;
  const child = new Deno.Command("script", {
    args: ["--quiet", "--flush", "--return", "--echo", "never", "--command", shell, "/dev/null"],
    cwd,
    env: { TERM: "xterm-256color", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    onOutput(text, (keys) => void writer.write(new TextEncoder().encode(keys)));
  }
  await writer.close().catch(() => {});
  return { code: (await child.status).code, text };
}

/** The screen after a text. */
function screenOf(text: string): Emulator {
  const terminal = new Emulator(columns, rows);
  terminal.write(text);
  return terminal;
}

/** Asserts that the last picture shows the last probe of `trace.csv`, and nothing of others. */
function assertShows(lines: readonly string[], folder: string, networks = 1): void {
  const { header, rows } = readTable(`${folder}/trace.csv`), names = header.split(",");
  const value = (row: readonly string[], name: string) => row[names.indexOf(name)];
  const last = Math.max(...rows.map((row) => Number(value(row, "step"))));
  const epsilon = value(rows.at(-1)!, "epsilon");
  const ends = rows.filter((row) => Number(value(row, "step")) === last && value(row, "epsilon") === epsilon);
  assert.equal(lines.filter((line) => line.includes("ε-rank of hidden layers")).length, 1, lines.join("\n"));
  assert(lines.some((line) => line.includes(`ε = ${formatNumber(Number(epsilon))}`)));
  for (const layer of new Set(ends.map((row) => value(row, "layer")))) {
    const ranks = ends.filter((row) => value(row, "layer") === layer).map((row) =>
      Number(value(row, "rank"))
    );
    assert.equal(ranks.length, networks);
    const median = ranks.sort((a, b) => a - b)[(ranks.length - 1) >> 1];
    assert(lines.some((line) => line.endsWith(` ${median} layer ${layer}`)), lines.join("\n"));
  }
  const losses = ends.filter((row) => value(row, "layer") === "1").map((row) => Number(value(row, "loss")));
  const median = losses.sort((a, b) => a - b)[(losses.length - 1) >> 1];
  assert(lines.some((line) => line.endsWith(` ${median.toExponential(2)}`)), lines.join("\n"));
}

Deno.test({
  name:
    "--watch: the last screen shows what the trace says; plain text without a terminal that can be drawn on",
  ignore: !hasScript,
  fn: async () => {
    using folder = temporaryFolder();
    const cwd = folder.path, line = `${program("staircase")} --watch ${small} --steps 300 --probe-every 10`;
    const { code, text } = await onTerminal(`${line} --replicas 3 --out=o`, { cwd });
    assert.equal(code, 0, text);
    const { lines, colors, pictures } = screenOf(text);
    assertShows(lines, `${cwd}/o`, 3);
    assert(lines.some((line) => line.includes("cosines: loss, median of 3 networks")));
    assert(
      lines.some((line) => /^cosines █+ 100 % 300\/300, loss .*, in .* s$/.test(line)),
      lines.join("\n"),
    );
    assert(pictures > 1 && colors.has("36"), `${pictures} pictures`);
    // The report follows below.
    assert(
      lines.findIndex((line) => line.includes("final loss")) >
        lines.findIndex((line) => line.includes("ε-rank")),
    );

    const plain = await onTerminal(`${line} --out=p`, { cwd, env: { NO_COLOR: "1" } });
    const screen = screenOf(plain.text);
    assertShows(screen.lines, `${cwd}/p`);
    assert.deepEqual([...screen.colors], []);

    const dumb = await onTerminal(`${line} --out=q`, { cwd, env: { TERM: "dumb", NO_COLOR: "1" } });
    const own = dumb.text.slice(dumb.text.indexOf("adapter:"));
    assert(!own.includes("\x1b") && !own.includes("│"), own);
    assert.match(dumb.text, /cosines: 100 % \(300\/300\), loss/);

    const piped = await run(["--watch", ...small.split(" "), "--steps=30", "--out=r"], { cwd });
    assert.deepEqual([piped.code, /\x1b|│/.test(piped.err)], [0, false]);
    assert.match(piped.err, /cosines: 100 % \(30\/30\)/);
    for (const name of ["o", "p", "q", "r"]) assert(filesIn(`${cwd}/${name}`).includes("run.json"));
  },
});

Deno.test({
  name:
    "--watch: Ctrl-C ends with the picture, the cursor below it, and a line; the run goes on in the picture",
  ignore: !hasScript,
  fn: async () => {
    using folder = temporaryFolder();
    const cwd = folder.path, line = `${program("staircase")} --watch ${small} --probe-every 10`;
    /** Types Ctrl-C once, when there are some pictures. */
    const interrupt = () => {
      let isTyped = false;
      return (text: string, type: (keys: string) => void) => {
        if (isTyped || text.split("\x1b[?2026h").length < 6) return;
        isTyped = true;
        type("\x03");
      };
    };
    const { code, text } = await onTerminal(`${line} --steps 100000 --out=o`, {
      cwd,
      onOutput: interrupt(),
    });
    assert.equal(code, 130, text);
    const { lines, cursor } = screenOf(text.replaceAll("^C", ""));
    assertShows(lines, `${cwd}/o`);
    assert.equal(cursor[1], 0);
    const [axis, bar, resume] = [/└/, /^cosines [█░]+ /, /resume with/].map((part) =>
      lines.findIndex((line) => part.test(line))
    );
    assert(0 < axis && axis < bar && bar < resume, lines.join("\n"));
    // Nothing is to be restored: the cursor is not hidden, nor is there another screen.
    assert(!/\x1b\[\?(25|1049|47)/.test(text));

    const { steps } = JSON.parse(Deno.readTextFileSync(`${cwd}/o/run.json`)).timings;
    const again = await onTerminal(`${program("staircase")} --watch --resume=o --steps 100000`, {
      cwd,
      onOutput: interrupt(),
    });
    const gone = screenOf(again.text.replaceAll("^C", ""));
    assertShows(gone.lines, `${cwd}/o`);
    assert(JSON.parse(Deno.readTextFileSync(`${cwd}/o/run.json`)).timings.steps > steps);
  },
});

Deno.test({
  name: "--watch: an experiment of several runs, a sweep, and a request that is wrong",
  ignore: !hasScript,
  fn: async () => {
    using folder = temporaryFolder();
    const cwd = folder.path;
    const sweep = await onTerminal(
      `${
        program("sweep")
      } --watch --grid 'seed=0..2 learningRate=0.01' ${small} --steps 200 --probe-every 10 --out=s`,
      { cwd },
    );
    assert.equal(sweep.code, 0, sweep.text);
    const { lines } = screenOf(sweep.text);
    assert(lines.some((line) => line.includes("cosines: loss, median of 3 networks")), lines.join("\n"));
    assert(lines.some((line) => /^sweep █+ 100 % /.test(line)), lines.join("\n"));
    const atlas = await onTerminal(
      `${
        program("experiment")
      } staircase-atlas --watch --tasks cosines,digits --activations tanh --depths 2 ` +
        "--optimizers adam --width 6 --samples 30 --steps 100 --probe-every 10 --replicas 2 --no-autotune --adapter software --out=a",
      { cwd },
    );
    assert.equal(atlas.code, 0, atlas.text);
    const shown = screenOf(atlas.text).lines;
    assert.equal(
      shown.filter((line) => line.includes(": loss, median of 2 networks")).length,
      1,
      shown.join("\n"),
    );
    const wrong = await onTerminal(`${program("staircase")} --watch --steps -1`, { cwd });
    assert.deepEqual([wrong.code, wrong.text.includes("\x1b[?2026h")], [2, false]);
    const { code } = await command(["--watch=yes"], { cwd }).output();
    assert.equal(code, 2);
  },
});
