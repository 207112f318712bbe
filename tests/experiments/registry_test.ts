import { parseFlags } from "../../src/cli/flags.ts";
import { helpText } from "../../src/cli/help.ts";
import { completeValues, flagsOf } from "../../src/cli/options.ts";
import { drawPdf, drawPng } from "../../src/convert/draw.ts";
import { InputError } from "../../src/errors.ts";
import { unpackExperiment } from "../../src/cockpit/data/experiment_file.ts";
import { experimentReport } from "../../src/experiments/core/experiment_report.ts";
import { experimentFlags } from "../../src/experiments/core/program.ts";
import { experiments } from "../../src/experiments/mod.ts";
import { compactJson } from "../../src/io/json.ts";
import { assert } from "../deps.ts";
import { Chromium, hasChromium } from "../support/chromium.ts";
import { readFigure } from "../support/figure.ts";
import { study } from "./study.ts";
import { TINY } from "./tiny_runs.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const tasks: Readonly<Record<string, unknown>> =
  JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url))).tasks;

/** Pages of the tiny runs, by the names of the experiments. */
const pages = new Map<string, string>();

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
    const own = Object.fromEntries(Object.entries(tables).map(([file, of]) => [file, of(made)]));
    const page = await experimentReport({
      experiment,
      verdicts: made.verdicts,
      figures: Object.entries(made.figures).map(([file, svg]) => ({
        file,
        draw: () => Promise.resolve(svg),
      })),
      record: made.record,
      tables: own,
      command: `deno task ${name}`,
    });
    const packed = page[page.findIndex((piece) => piece.endsWith('id="run-data">')) + 1];
    const told = await unpackExperiment(packed);
    assert.deepEqual(
      told.verdicts,
      made.verdicts.map((verdict) => ({ ...verdict, values: [...verdict.values] })),
    );
    assert.deepEqual(told.figures, Object.entries(made.figures).map(([file, svg]) => ({ file, svg })));
    assert.deepEqual(told.tables.map(({ file, csv }) => [file, csv]), Object.entries(made.tables));
    assert(told.facts.sections.length > 2 && page.join("").length < 2e6);
    pages.set(name, page.join(""));
    assert(made.text.startsWith(made.plan.task ? `${made.plan.task.name} on ` : made.text.slice(0, 3)));
  });
}

Deno.test({
  name: "experiments: the page of each tiny run is shown without a complaint, and reads all of its panels",
  ignore: !hasChromium,
  async fn() {
    await using browser = await Chromium.launch();
    const folder = await Deno.makeTempDir();
    for (const [name, page] of pages) {
      await Deno.writeTextFile(`${folder}/${name}.html`, page);
      await using open = await browser.open(`file://${folder}/${name}.html`, { width: 390 });
      await open.page.locator(".facts").waitFor();
      const frames = open.page.locator("rect.frame"), count = await frames.count();
      assert(count > 0, name);
      assert.equal(await frames.and(open.page.locator("[data-y]")).count(), count, name);
      assert(await open.page.evaluate("document.documentElement.scrollWidth") as number <= 390, name);
      assert.deepEqual(open.complaints, [], name);
    }
    await Deno.remove(folder, { recursive: true });
  },
});

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
