import { assert } from "../deps.ts";

/** Files of a folder and of the folders in it. */
function* filesIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

/** Runs Deno with an empty cache in a folder of its own, as on a machine that never ran it. */
async function runWithEmptyCache<T>(
  args: string[],
  look: (success: boolean, cache: string) => T,
): Promise<T> {
  const cache = Deno.makeTempDirSync();
  try {
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: new URL("../../", import.meta.url),
      env: { DENO_DIR: cache },
      stdin: "null",
    });
    return look((await command.output()).success, cache);
  } finally {
    Deno.removeSync(cache, { recursive: true });
  }
}

// A package without dependencies, to find out whether there is a network.
const online = await runWithEmptyCache(["cache", "--no-lock", "npm:internmap@2.0.3"], (success) => success);

Deno.test({
  name: "the first command of a fresh clone downloads at most 25 MB and 30 packages",
  ignore: !online,
  fn: async () => {
    await runWithEmptyCache(["run", "-A", "examples/staircase.ts", "--help"], (success, cache) => {
      assert(success);
      const files = [...filesIn(cache)];
      const megabytes = files.reduce((sum, file) => sum + Deno.statSync(file).size, 0) / 1e6;
      // npm/HOST/NAME/VERSION/package.json, and one folder more for a name with a scope.
      const packages = files.map((file) =>
        /\/npm\/[^/]+\/((?:@[^/]+\/)?[^/@]+)\/[^/]+\/package\.json$/.exec(file)?.[1]
      )
        .filter((name) => name !== undefined);
      assert(packages.length <= 30, `${packages.length} packages: ${packages.join(", ")}`);
      assert(megabytes <= 25, `${megabytes.toFixed(1)} MB`);
      // Digits, and what draws PNG and PDF, are fetched when asked for.
      assert(packages.length > 0);
      assert.deepEqual(packages.filter((name) => /^(mnist|pdfkit|@resvg.*)$/.test(name)), []);
    });
  },
});
