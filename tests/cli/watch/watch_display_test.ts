// deno-lint-ignore-file no-control-regex
import type { WatchedRun } from "../../../src/cli/display.ts";
import { watchDisplay } from "../../../src/cli/watch/watch_display.ts";
import type { Standing } from "../../../src/cli/output.ts";
import type { Probe } from "../../../src/train/trace.ts";
import { assert } from "../../deps.ts";
import { Emulator } from "../../support/terminal.ts";

/** A probe of layers with these ranks. */
const probeOf = (step: number, loss: number, ranks: readonly number[], replica = 0): Probe => ({
  kind: "count",
  step,
  replica,
  loss,
  accuracy: null,
  layers: ranks.map((rank, i) => ({
    kind: "count",
    precision: "double",
    layer: i + 1,
    ranks: [{ epsilon: 1e-6, rank, low: rank, high: rank }],
  })),
});

/** A display on an emulated terminal, with a clock of its own. */
function watched({ columns = 80, rows = 24, total = 1000, networks = 1, hasColor = false } = {}) {
  const terminal = new Emulator(columns, rows), size = { columns, rows };
  const run: WatchedRun = { label: "cosines", steps: total, networks };
  let time = 0, standing: Standing | null = null;
  const progress = watchDisplay({ total, label: "job", heading: "on a GPU" }, {
    write: (text) => terminal.write(text),
    now: () => time,
    size: () => size,
    hasColor,
    stand: (display) => {
      standing = display;
      return { [Symbol.dispose]: () => standing = null };
    },
  });
  return {
    terminal,
    size,
    run,
    progress,
    say(line: string) {
      standing?.clear();
      terminal.write(`${line}\n`);
      standing?.draw();
    },
    at(milliseconds: number, probes: readonly Probe[]) {
      time = milliseconds;
      for (const probe of probes) progress.probe(probe, run);
      progress.update(probes.at(-1)?.step ?? 0, "going well");
    },
  };
}

/** A loss that falls by a power of ten, and ranks that rise. */
const course = (steps: number) =>
  Array.from(
    { length: steps / 10 + 1 },
    (_, i) => probeOf(10 * i, 10 ** (-2 * i * 10 / steps), [1 + Math.floor(i / 25), 2 + Math.floor(i / 10)]),
  );

/** Heights of the dots in a panel, from its lowest row of dots on, by their columns. */
function dotsIn(lines: readonly string[], from: number, to: number): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  for (const [row, line] of lines.slice(from, to).entries()) {
    const dots = /[│┤](.*)$/.exec(line)![1];
    for (const [column, character] of [...dots].entries()) {
      const bits = character.codePointAt(0)! - 0x2800;
      if (bits < 0 || bits > 0xff) continue;
      for (
        const [bit, [x, y]] of [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2], [0, 3], [1, 3]].entries()
      ) {
        if ((bits >> bit & 1) === 0) continue;
        const at = 2 * column + x, heights = found.get(at) ?? new Set();
        found.set(at, heights.add(4 * (to - from - row) - 1 - y));
      }
    }
  }
  return found;
}

/** The lines of the picture: where each part begins. */
const partsOf = (lines: readonly string[]) => ({
  loss: lines.findIndex((line) => line.includes(": loss")),
  ranks: lines.findIndex((line) => line.includes("ε-rank of")),
  axis: lines.findIndex((line) => line.includes("└")),
  bar: lines.findIndex((line) => line.startsWith("job ")),
});

Deno.test("watchDisplay: loss and ranks stand at their places, and their last values beside them", () => {
  const { terminal, progress, at } = watched();
  const probes = course(1000);
  for (const [i, probe] of probes.entries()) at(50 * i, [probe]);
  progress.finish();
  const { lines } = terminal, { loss, ranks, axis, bar } = partsOf(lines);
  assert.deepEqual([lines[0], loss, bar, lines.length], ["on a GPU", 1, 23, 25], lines.join("\n"));
  assert.match(lines[axis + 1], /^ +0 +500 +1000 steps$/);
  assert.match(lines[bar], /^job █+ 100 % 1000\/1000, going well, in 5\.0 s$/);
  const wide = lines[axis].indexOf("┬", lines[axis].indexOf("┬") + 1) - lines[axis].indexOf("└");
  const columnOf = (step: number) => (2 * wide - 1) * step / 1000;
  // The axis goes from 0.01 to 1.
  const upper = dotsIn(lines, loss + 1, ranks), high = 4 * (ranks - loss - 1) - 1;
  for (const { step, loss } of probes) {
    const heights = [...upper.get(Math.round(columnOf(step))) ?? []];
    const wanted = high * (Math.log10(loss) + 2) / 2;
    assert(heights.some((height) => Math.abs(height - wanted) <= 1), `${step}: ${heights}, not ${wanted}`);
  }
  // From 0 to 15.
  const lower = dotsIn(lines, ranks + 1, axis), most = 4 * (axis - ranks - 1) - 1;
  for (const { step, layers } of probes) {
    for (const { ranks: [{ rank }] } of layers) {
      const heights = [...lower.get(Math.round(columnOf(step))) ?? []];
      const wanted = most * rank / 15;
      assert(heights.some((height) => Math.abs(height - wanted) <= 1), `${step}: ${heights}, not ${wanted}`);
    }
  }
  const ends = lines.slice(0, bar).flatMap((line) => /(\S+)( layer \d)?$/.exec(line)?.[0] ?? []);
  assert(ends.some((end) => end === "1.00e-2"), ends.join());
  assert(ends.includes("12 layer 2") && ends.includes("5 layer 1"), ends.join());
});

Deno.test("watchDisplay: at most five pictures a second, in place, with the cursor below them", () => {
  const { terminal, progress, at } = watched();
  const heights = new Set<number>();
  for (const [i, probe] of course(1000).entries()) {
    for (let k = 0; k < 10; k++) at(50 * i + 5 * k, k === 0 ? [probe] : []);
    heights.add(terminal.lines.length);
    assert.deepEqual(terminal.cursor, [terminal.lines.length - 1, 0]);
  }
  assert.equal(heights.size, 1);
  assert(terminal.pictures >= 20 && terminal.pictures <= 26, `${terminal.pictures}`);
  progress.finish();
  progress.finish();
  at(9000, [probeOf(2000, 1, [1, 1])]);
  assert.equal(terminal.lines.filter((line) => line.includes("ε-rank")).length, 1);
  assert.deepEqual([...terminal.colors], []);
});

Deno.test("watchDisplay: what is said goes above the picture", () => {
  const { terminal, progress, at, say } = watched();
  at(0, course(500));
  say("a notice");
  say("and another one");
  at(1000, course(600));
  progress.finish();
  assert.deepEqual(terminal.lines.slice(0, 4), [
    "on a GPU",
    "a notice",
    "and another one",
    terminal.lines[3],
  ]);
  assert.equal(terminal.lines.filter((line) => line.includes("ε-rank")).length, 1);
  say("the end");
  assert.equal(terminal.lines.at(-2), "the end");
});

for (const [columns, rows] of [[40, 15], [60, 20], [80, 24], [132, 43], [400, 100]]) {
  Deno.test(`watchDisplay: fits into ${columns} columns and ${rows} rows, with one layer and with twelve`, () => {
    for (const layers of [1, 12]) {
      const { terminal, progress, at } = watched({ columns, rows });
      for (let i = 0; i <= 100; i++) {
        at(100 * i, [probeOf(10 * i, 3.7 ** -i, Array.from({ length: layers }, (_, l) => i + 10 * l))]);
      }
      progress.finish();
      assert(terminal.lines.every((line) => line.length < columns), terminal.lines.join("\n"));
      // The heading may have left the screen, and the cursor stands in the last row.
      assert(terminal.lines.length - partsOf(terminal.lines).loss <= rows, terminal.lines.join("\n"));
      const shown = terminal.lines.flatMap((line) => / layer (\d+)$/.exec(line)?.[1] ?? []).map(Number);
      assert.deepEqual(shown, layers === 1 ? [1] : [12, 9, 7, 4, 1].slice(0, shown.length));
      assert(terminal.lines.some((line) => /^ *\d+ steps|1000 steps$/.test(line)));
    }
  });
}

Deno.test("watchDisplay: where there is no room, the bar alone; a size that is not known is 80 by 24", () => {
  for (const [columns, rows] of [[39, 24], [45, 12], [10, 3], [2, 1]]) {
    const { terminal, progress, at } = watched({ columns, rows });
    at(0, course(500));
    progress.finish();
    assert(!/ε-rank|└/.test(terminal.lines.join("\n")));
    assert.equal(
      terminal.lines.at(-2),
      "job ██░░ 50 % 500/1000, going well, in 0.0 s".slice(0, columns - 1).trimEnd(),
    );
  }
  const { terminal, size, progress, at } = watched();
  [size.columns, size.rows] = [0, 0];
  at(0, course(500));
  progress.finish();
  assert.equal(terminal.lines.length, 25);
});

Deno.test("watchDisplay: a terminal that becomes narrower or wider keeps no piece of an old picture", () => {
  const { terminal, size, progress, at } = watched({ columns: 80, rows: 60 });
  at(0, course(500));
  terminal.narrow(size.columns = 55);
  at(1000, course(600));
  size.columns = 100;
  terminal.narrow(100);
  at(2000, course(700));
  progress.finish();
  const { lines } = terminal;
  for (const part of [/: loss/, /ε-rank of/, /└/, /^job /]) {
    assert.equal(lines.filter((line) => part.test(line)).length, 1, lines.join("\n"));
  }
  assert.equal(lines[0], "on a GPU");
});

Deno.test("watchDisplay: medians of 64 networks, some without a finite loss; all without one; one probe", () => {
  const many = watched({ networks: 64 });
  const at = (step: number) =>
    Array.from({ length: 64 }, (_, r) => probeOf(step, r % 3 === 0 ? NaN : r, [r, 2 * r], r));
  many.at(0, [...at(0), ...at(10)]);
  many.progress.finish();
  const text = many.terminal.lines.join("\n");
  assert.match(text, /cosines: loss, median of 64 networks\n/);
  assert.match(text, / 3\.10e\+1\n/);
  assert.match(text, / 31 layer 1\n/);
  assert.match(text, / 62 layer 2\n/);
  const none = watched();
  none.at(0, [probeOf(0, NaN, [NaN]), probeOf(10, Infinity, [0]), probeOf(20, 0, [0]), probeOf(30, -1, [0])]);
  none.progress.finish();
  assert(none.terminal.lines.some((line) => / 0 layer 1$/.test(line)), none.terminal.lines.join("\n"));
  const one = watched();
  one.at(0, [probeOf(0, 1e-300, [3])]);
  one.progress.finish();
  assert(one.terminal.lines.some((line) => / 1\.00e-300$/.test(line)), one.terminal.lines.join("\n"));
  assert(one.terminal.lines.some((line) => / 3 layer 1$/.test(line)));
});

Deno.test("watchDisplay: another run begins anew, and so does a training that goes back", () => {
  const { terminal, progress, at, run } = watched();
  at(0, course(500));
  // A device was lost: the probes from the checkpoint on come again.
  at(1000, course(300));
  let dots = dotsIn(terminal.lines, partsOf(terminal.lines).loss + 1, partsOf(terminal.lines).ranks);
  const third = Math.max(...dots.keys());
  at(2000, course(1000));
  dots = dotsIn(terminal.lines, partsOf(terminal.lines).loss + 1, partsOf(terminal.lines).ranks);
  assert(Math.abs(third / Math.max(...dots.keys()) - 0.3) < 0.05);
  progress.probe(probeOf(0, 5, [7]), { ...run, label: "digits" });
  progress.finish();
  const text = terminal.lines.join("\n");
  assert(text.includes("digits: loss") && !text.includes("cosines") && text.includes(" 7 layer 1"), text);
});

Deno.test("watchDisplay: colours where they are wanted, and always put back", () => {
  const written: string[] = [];
  const { terminal, progress, at } = watched({ hasColor: true });
  const { write } = terminal;
  terminal.write = (text) => {
    written.push(text);
    write.call(terminal, text);
  };
  at(0, course(500));
  progress.finish();
  assert.deepEqual([...terminal.colors].sort(), ["33", "36", "39"]);
  for (const line of written.join("").split("\n")) {
    const codes = [...line.matchAll(/\x1b\[(\d+)m/g)].map(([, code]) => code);
    assert(codes.every((code, i) => (i % 2 === 1) === (code === "39")), line);
    assert(codes.length % 2 === 0, line);
  }
});

Deno.test("watchDisplay: 100,000 probes take little time and no room", () => {
  const { progress, terminal, at, run } = watched({ total: 1_000_000 });
  const start = performance.now();
  for (let i = 0; i < 100_000; i++) progress.probe(probeOf(10 * i, 1 / (1 + i), [i % 50, 60], 0), run);
  const adding = performance.now() - start;
  at(1000, []);
  const drawing = performance.now() - start - adding;
  progress.finish();
  assert(terminal.lines.some((line) => / 60 layer 2$/.test(line)));
  // Some 0.2 s and 5 ms on two cores: bounds that a busy machine keeps.
  assert(adding < 5000 && drawing < 500, `${adding} ms, ${drawing} ms`);
});
