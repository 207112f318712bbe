import { parseFlags } from "../../src/cli/flags.ts";
import { helpText } from "../../src/cli/help.ts";
import { completeValues, flagsOf } from "../../src/cli/options.ts";
import { drawPdf, drawPng } from "../../src/convert/draw.ts";
import { InputError } from "../../src/errors.ts";
import { experimentFlags } from "../../src/experiments/core/program.ts";
import { experiments } from "../../src/experiments/mod.ts";
import { compactJson } from "../../src/io/json.ts";
import { assert } from "../deps.ts";
import { readFigure } from "../support/figure.ts";
import { study } from "./study.ts";
import { TINY } from "./tiny_runs.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const tasks: Readonly<Record<string, unknown>> =
  JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url))).tasks;

for (const experiment of experiments) {
  const { name, summary, examples, options, tables, figures } = experiment;
  const flags = experimentFlags(experiment);
  const folder = new URL(`../../src/experiments/${name.replaceAll("-", "_")}/`, import.meta.url);

  Deno.test(`${name}: has its help, its examples, its task, its program and its page`, () => {
    assert.match(summary, /^[a-z].*[^.]$/);
    const text = helpText({ name, summary, examples, flags });
    for (const flag of flags) {
      assert.match(text, new RegExp(`^  --(\\[no-\\])?${flag.name}( |$)`, "m"));
      assert(flag.group !== undefined, `--${flag.name} stands under no heading`);
    }
    // A list of names has no blank to break it at.
    const isWide = (line: string) => line.length > 100 && line.trim().includes(" ");
    assert.deepEqual(text.split("\n").filter(isWide), []);
    for (const { args } of examples) parseFlags(flags, args.split(" ").filter((word) => word !== ""));
    assert(Object.hasOwn(tasks, name), "deno.json has no task of that name");
    Deno.statSync(new URL(`../../examples/${name.replaceAll("-", "_")}.ts`, import.meta.url));
    const page = Deno.readTextFileSync(new URL("README.md", folder));
    assert(page.includes(`deno task ${name}`), "its README.md does not say how to run it");
    for (const file of [...Object.keys(tables), ...Object.keys(figures)]) {
      assert(page.includes(file), `its README.md does not mention ${file}`);
    }
  });

  Deno.test(`${name}: wrong options are refused before anything runs`, async () => {
    const plan = async (given: object) => await experiment.plan(completeValues(options, given, name));
    await assert.rejects(() => plan({ sede: 1 }), (error) => {
      assert(error instanceof InputError && /did you mean "seed"/.test(error.message), String(error));
      return true;
    });
    for (const [key, { flag }] of Object.entries(options)) {
      const wrong = flag.kind === "string"
        ? flag.choices && "nonsense"
        : flag.kind === "boolean"
        ? "yes"
        : NaN;
      if (wrong === undefined) continue;
      await assert.rejects(() => plan({ [key]: wrong }), InputError, `${key}: ${wrong}`);
    }
  });

  Deno.test(`${name}: a tiny run gives its tables, each column explained, and its figures`, async () => {
    const given =
      parseFlags(flagsOf(options), (TINY[name] ?? assert.fail("has no tiny run")).split(" ")).flags;
    const made = await study(gpu, experiment, given);
    assert.equal(made.status, "done");
    assert.equal(made.timing.steps, made.timing.planned);
    for (const [file, csv] of Object.entries(made.tables)) {
      const header = csv.slice(0, csv.indexOf("\n")).split(",");
      assert.deepEqual(Object.keys(made.record.columns[file]), header, file);
      assert(Object.values(made.record.columns[file]).every((help) => help.length > 3), file);
      assert(header.every((column) => /^[a-z][a-z0-9_]*$/.test(column)), `${file}: ${header}`);
    }
    for (const [file, svg] of Object.entries(made.figures)) {
      assert(readFigure(svg).length > 10, file);
      assert(!/NaN|undefined/.test(svg), file);
      assert((await drawPng(svg, 1)).length > 1000, file);
      assert((await drawPdf(svg)).length > 1000, file);
    }
    for (const { claim, statistic, values } of made.verdicts) {
      assert(claim !== "" && statistic !== "" && values.length <= 2, claim);
    }
    assert.equal(JSON.parse(compactJson(made.record)).experiment, name);
    assert(made.text.startsWith(made.plan.task ? `${made.plan.task.name} on ` : made.text.slice(0, 3)));
  });
}

Deno.test("experiments: no two have one name, and none loads d3 before it draws", async () => {
  assert.equal(new Set(experiments.map(({ name }) => name)).size, experiments.length);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../src/experiments/mod.ts", import.meta.url).href],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: { specifier: string; dependencies?: { code?: { specifier?: string }; isDynamic?: boolean }[] }[];
  };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  /** Modules that run when one is imported; and those that it can import later on, if asked for. */
  const reach = (from: string, isEager: boolean) => {
    const seen = new Set<string>(), open = [from];
    for (const specifier of open) {
      if (seen.has(specifier)) continue;
      seen.add(specifier);
      for (const { code, isDynamic } of byName.get(specifier)?.dependencies ?? []) {
        if (code?.specifier && !(isDynamic && isEager)) open.push(code.specifier);
      }
    }
    return [...seen];
  };
  const door = new URL("../../src/experiments/mod.ts", import.meta.url).href;
  const loaded = reach(door, true);
  assert(loaded.length > 100, `${loaded.length} modules`);
  assert.deepEqual(loaded.filter((specifier) => /\/src\/plot\/|npm:/.test(specifier)), []);
  // Deno downloads what can be imported later as well: not what draws PNG and PDF.
  const drawing = /\/src\/convert\/(?!draw|formats)|resvg|pdfkit/;
  assert.deepEqual(reach(door, false).filter((specifier) => drawing.test(specifier)), []);
});
