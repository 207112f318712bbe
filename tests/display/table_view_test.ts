import { ends, tableView } from "../../src/display/table_view.ts";
import { assert, fc } from "../deps.ts";

Deno.test("ends: all of a short list, and the first and the last of a long one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (list, most) => {
      const taken = ends(list, most), kept = taken.filter((each) => each !== null);
      assert.equal(kept.length, Math.min(list.length, most));
      assert.equal(taken.length - kept.length, list.length > most ? 1 : 0);
      for (const [entry, index] of kept) assert.equal(entry, list[index]);
      assert.deepEqual(
        kept.map(([, index]) => index),
        kept.map(([, index]) => index).toSorted((a, b) => a - b),
      );
      if (list.length > 0) assert.equal(kept[0][1], 0);
    }),
  );
});

Deno.test("tableView: text and HTML have the same cells; nothing is made before it is asked for", async () => {
  let calls = 0;
  const view = tableView(() => {
    calls++;
    return {
      heading: "Ranks of <a>",
      tables: [{ rows: [["name", "rank"], ["x & y", "2"]], left: 1, help: ["which", ""] }, {
        rows: [["ε"], ["1e-6"]],
      }],
      notes: ["certain"],
    };
  });
  assert.equal(calls, 0);
  assert.deepEqual(view.text().split("\n"), [
    "Ranks of <a>",
    "  name    rank",
    "  x & y      2",
    "",
    "     ε",
    "  1e-6",
    "  certain",
  ]);
  const html = await view.html!();
  assert.match(html, /^<p>Ranks of &lt;a&gt;<\/p>\n<table>/);
  assert.match(
    html,
    /<th style="text-align:left" title="which">name<\/th><th style="text-align:right">rank</,
  );
  assert.match(html, /<td style="text-align:left">x &amp; y<\/td><td style="text-align:right">2<\/td>/);
  assert.match(html, /<p>certain<\/p>$/);
});
