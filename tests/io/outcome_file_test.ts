import { readOutcome, writeOutcome } from "../../src/io/outcome_file.ts";
import { assert } from "../deps.ts";
import { bitsOf, inFolder } from "../support/traces.ts";

const identity = { configuration: "0123" };
const value = {
  rows: [{ losses: Float64Array.of(NaN, -0), text: "ε", none: null }],
  map: new Map([[1, "a"]]),
};

Deno.test("outcome_file: a value reads back; a damaged or foreign one is refused with a line", () =>
  inFolder(async (folder) => {
    assert.deepEqual(await readOutcome(folder, 0, identity), { value: null, refused: null });
    await writeOutcome(`${folder}/state`, 3, identity, value);
    const found = await readOutcome(`${folder}/state`, 3, identity);
    assert.deepEqual(found, { value, refused: null });
    assert.deepEqual(bitsOf(found.value), bitsOf(value));
    const other = await readOutcome(`${folder}/state`, 3, { configuration: "4567" });
    assert.deepEqual(other.value, null);
    assert.match(
      other.refused!,
      /run-3\.outcome: belongs to another run \(configuration "0123" there, "4567" here\)$/,
    );
    const path = `${folder}/state/run-3.outcome`, bytes = await Deno.readFile(path);
    bytes[bytes.length >> 1] ^= 4;
    await Deno.writeFile(path, bytes);
    assert.match((await readOutcome(`${folder}/state`, 3, identity)).refused!, /is damaged or cut off$/);
  }));
