/**
 * Runs any experiment by its name, or lists them.
 *
 *     deno run -A examples/experiment.ts --list
 *     deno run -A examples/experiment.ts sgd-rank --replicas 10
 */
import { checkName } from "../src/check.ts";
import { runProgram } from "../src/cli/program.ts";
import { textTable } from "../src/display/text_table.ts";
import { InputError } from "../src/errors.ts";
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { experiments } from "../src/experiments/mod.ts";

const names = experiments.map(({ name }) => name);
const [name = "--help", ...args] = Deno.args;
const found = experiments[names.indexOf(name)];
if (found) await runExperimentProgram(found, args);
await runProgram({
  name: "experiment",
  summary: "run an experiment by its name, with its own flags",
  flags: [{ name: "list", kind: "boolean", default: false, help: "list the experiments" }],
  positionals: { placeholder: "NAME", help: "name of the experiment", max: 1 },
  examples: [
    { args: "--list", help: "lists the experiments" },
    { args: "sgd-rank --replicas 10", help: "runs one of them; NAME --help lists its flags" },
  ],
}, ({ flags, positionals }) => {
  for (const unknown of positionals) checkName("experiment", unknown, names);
  if (!flags.list) {
    throw new InputError(`the name of an experiment is missing; give one of ${names.join(", ")}`);
  }
  const rows = experiments.map(({ name, summary }) => [name, summary]);
  console.log(textTable([["name", "summary"], ...rows], 2, 120).join("\n"));
});
