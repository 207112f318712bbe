/**
 * Figures kept as files, byte for byte.
 *
 * @module
 */
import { assert } from "../deps.ts";

/** Folder of the kept figures. */
const folder = new URL("../plot/golden/", import.meta.url);

/**
 * Asserts that a figure is the kept one, byte for byte. After a change on purpose, write the kept
 * figures anew, look at the difference, and commit it:
 *
 * ```sh
 * deno task test tests/plot tests/experiments --filter Figure -- --update-golden
 * ```
 *
 * @param name Name of the file in `tests/plot/golden`, without its ending.
 * @param svg The figure, drawn from data that stand in the test.
 */
export function assertGolden(name: string, svg: string): void {
  const file = new URL(`${name}.svg`, folder);
  if (Deno.args.includes("--update-golden")) return Deno.writeTextFileSync(file, `${svg}\n`);
  const kept = Deno.readTextFileSync(file).slice(0, -1);
  if (svg === kept) return;
  let first = 0;
  while (svg[first] === kept[first]) first++;
  const near = (text: string) => text.slice(Math.max(0, first - 60), first + 60);
  assert.fail(
    `tests/plot/golden/${name}.svg differs from character ${first} on, where it has\n…${
      near(kept)
    }…\nand now\n` +
      `…${
        near(svg)
      }…\nIf this is meant, run: deno task test tests/plot tests/experiments --filter Figure -- --update-golden`,
  );
}
