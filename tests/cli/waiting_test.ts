import type { Standing } from "../../src/cli/output.ts";
import { waitingLine } from "../../src/cli/waiting.ts";
import { assert } from "../deps.ts";
import { Emulator } from "../support/terminal.ts";

/** A line on an emulated terminal, and lines that are said above it. */
function waiting() {
  const terminal = new Emulator(80, 24);
  let standing: Standing | null = null;
  let tick = () => {};
  const line = waitingLine("job", {
    write: (text) => terminal.write(text),
    stand: (display) => {
      standing = display;
      return { [Symbol.dispose]: () => standing = null };
    },
    tick: (action) => {
      tick = action;
      return { [Symbol.dispose]: () => tick = () => {} };
    },
  });
  const say = (text: string) => {
    standing?.clear();
    terminal.write(`${text}\n`);
    standing?.draw();
  };
  return { terminal, line, say, tick: () => tick() };
}

Deno.test("waiting: it is there at once, moves, tells what is done, and leaves nothing", () => {
  const { terminal, line, tick } = waiting();
  assert.deepEqual(terminal.lines, ["⠋ job: getting ready …"]);
  tick();
  assert.deepEqual(terminal.lines, ["⠙ job: getting ready …"]);
  line.tell("compiling");
  assert.deepEqual(terminal.lines, ["⠙ job: compiling …"]);
  line[Symbol.dispose]();
  line[Symbol.dispose]();
  line.tell("nothing more");
  tick();
  assert.deepEqual([terminal.lines, terminal.cursor], [[""], [0, 0]]);
});

Deno.test("waiting: what is said meanwhile stands above it, and stays", () => {
  const { terminal, line, say } = waiting();
  say("a notice");
  assert.deepEqual(terminal.lines, ["a notice", "⠋ job: getting ready …"]);
  line[Symbol.dispose]();
  say("the heading");
  assert.deepEqual(terminal.lines, ["a notice", "the heading", ""]);
});
