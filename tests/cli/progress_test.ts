import { assert } from "../deps.ts";
import { createProgress, progressLines } from "../../src/cli/progress.ts";

/** A display on a clock of its own. */
function display(total: number) {
  const lines: string[] = [];
  let time = 0;
  const outlet = { write: (line: string) => void lines.push(line), now: () => time };
  const progress = progressLines({ total, label: "job" }, outlet);
  const at = (seconds: number, done: number) => {
    time = 1000 * seconds;
    progress.update(done, `loss ${done}`);
  };
  return { lines, progress, at };
}

Deno.test("progress: a fast job has one line, its end", () => {
  const { lines, progress, at } = display(1000);
  for (let done = 0; done <= 1000; done++) at(done / 1000, done);
  progress.finish();
  progress.finish();
  at(60, 1000);
  assert.deepEqual(lines, ["job: 100 % (1000/1000), loss 1000, in 1.0 s"]);
});

Deno.test("progress: a long job has about ten lines, a very long one a line a minute", () => {
  const { lines, at } = display(1000);
  for (let done = 0; done < 1000; done++) at(done / 2, done);
  assert.equal(lines.length, 9);
  assert.equal(lines[0], "job: 10 % (100/1000), loss 100, 450 s left");
  const hour = display(1_000_000);
  for (let second = 0; second <= 3600; second++) hour.at(second, second);
  assert.equal(hour.lines.length, 60);
});

Deno.test("progress: a job that is broken off says how far it came", () => {
  const { lines, progress, at } = display(8);
  at(1, 3);
  progress[Symbol.dispose]();
  assert.deepEqual(lines, ["job: 37 % (3/8), loss 3, in 1.0 s"]);
  const empty = display(0);
  empty.progress.update(0);
  empty.progress.finish();
  assert.deepEqual(empty.lines, ["job: 100 % (0/0), in 0.0 s"]);
});

Deno.test("progress: a job that does not start leaves no line; one that does has its heading first", () => {
  const { lines, progress } = display(8);
  progress[Symbol.dispose]();
  progress.update(1);
  assert.deepEqual(lines, []);
  const said: string[] = [];
  const outlet = { write: (line: string) => void said.push(line), now: () => 0 };
  const headed = progressLines({ total: 2, label: "job", heading: "on a GPU" }, outlet);
  assert.deepEqual(said, []);
  headed.update(1);
  headed.update(2);
  headed.finish();
  assert.deepEqual(said, ["on a GPU", "job: 100 % (2/2), in 0.0 s"]);
});

Deno.test("progress: quiet is silent", () => {
  const { error } = console;
  const lines: unknown[] = [];
  console.error = (line) => void lines.push(line);
  try {
    using progress = createProgress({ total: 2, label: "job", quiet: true });
    progress.update(1);
  } finally {
    console.error = error;
  }
  assert.deepEqual(lines, []);
});
