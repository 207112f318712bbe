import { autoRankMethodHelp } from "../../../src/rank/methods/auto_method.ts";
import {
  type MethodPrecision,
  type RankMethod,
  rankMethodNames,
  rankMethods,
} from "../../../src/rank/methods/rank_methods.ts";
import { assert } from "../../deps.ts";

Deno.test("rankMethods: each says what it does in a phrase, and has the precision that it begins with", () => {
  for (const name of rankMethodNames) {
    const method: RankMethod = rankMethods[name], { help, mostColumns, yields } = method;
    const isDouble = yields === "count" ? method.takesExact : method.isOnHost;
    assert.match(help, /^(counts|solves) [^.]{20,}[^.]$/, name);
    assert.equal(help.startsWith("counts"), yields === "count", name);
    assert.deepEqual(Object.keys(mostColumns)[0], isDouble ? "double" : "single", name);
  }
});

Deno.test("rankMethods: the room's README lists them all, with precisions, and says what auto is", async () => {
  const readme = await Deno.readTextFile(new URL("../../../src/rank/README.md", import.meta.url));
  const rows = readme.split("\n").filter((line) => /^\| `[a-z-]+` *\| (count|spectrum) /.test(line));
  const cells = rows.map((row) => row.split("|").slice(1, 4).map((cell) => cell.trim()));
  const expected = rankMethodNames.map((name) => {
    const { yields, mostColumns }: RankMethod = rankMethods[name];
    const precisions = (Object.entries(mostColumns) as [MethodPrecision, number][]).map(([precision, most]) =>
      most === Infinity ? precision : `${precision} (${most.toLocaleString("en-US")})`
    );
    return [`\`${name}\``, yields, precisions.join(", ")];
  });
  assert.deepEqual(cells, expected);
  assert.ok(readme.replaceAll("`", "").replaceAll(/\s+/g, " ").includes(autoRankMethodHelp));
});
