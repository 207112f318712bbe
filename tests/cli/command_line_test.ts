import { commandLine } from "../../src/cli/command_line.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import { completeValues, flagsOf, integers, numbers, text, toggle } from "../../src/cli/options.ts";
import { assert } from "../deps.ts";

const table = {
  learningRates: numbers({ default: [0.1], help: "rates" }),
  widths: integers({ default: null, help: "widths" }),
  task: text({ default: "cosines", help: "task" }),
  isLong: toggle({ default: true, help: "whether it is long" }),
};

Deno.test("commandLine: what it writes reads back as the same options; defaults are left out", () => {
  const all = [
    {},
    { learningRates: [0.1 + 0.2, 1e-9], widths: [1, 2] },
    { isLong: false, task: "it's $HOME; `x`" },
    { task: "-x", widths: [-3] },
  ];
  for (const given of all) {
    const values = completeValues(table, given, "study"), line = commandLine("study", table, values)!;
    assert(line.startsWith("deno task study"));
    const { stdout } = new Deno.Command("sh", {
      args: ["-c", `printf '%s\\0' ${line.slice("deno task study".length)}`],
    }).outputSync();
    const words = new TextDecoder().decode(stdout).split("\0").filter((word) => word !== "");
    assert.deepEqual(parseFlags(flagsOf(table), words).flags, { ...values });
  }
  assert.equal(commandLine("study", table, completeValues(table, {}, "study")), "deno task study");
  assert.equal(commandLine("study", table, { task: { name: "own" } }), null);
});
