/**
 * Runs any experiment by its name, or lists them.
 *
 *     deno run -A examples/experiment.ts --list
 *     deno run -A examples/experiment.ts sgd-rank --replicas 10
 */
import { checkName } from "../src/check.ts";
import { runProgram } from "../src/cli/program.ts";
import { textTable } from "../src/cli/text_table.ts";
import { runExperimentProgram } from "../src/experiments/core/program.ts";
import { experiments } from "../src/experiments/mod.ts";

const [name = "--help", ...args] = Deno.args;
if (!name.startsWith("-")) {
  const names = experiments.map((experiment) => experiment.name);
  const found = experiments[names.indexOf(name)];
  if (found) await runExperimentProgram(found, args);
  await runProgram({
    name: "experiment",
    summary: "run an experiment by its name",
    flags: [],
    positionals: { placeholder: "NAME", help: "name of the experiment" },
  }, () => void checkName("experiment", name, names));
}
await runProgram({
  name: "experiment",
  summary: "run an experiment by its name, with its own flags; NAME --help lists them",
  flags: [{ name: "list", kind: "boolean", default: false, help: "list the experiments" }],
}, () => {
  const rows = experiments.map(({ name, summary, source }) => [name, summary, source ?? ""]);
  console.log(textTable([["name", "summary", "source"], ...rows], 3).join("\n"));
});
