import { chooseArray, printable } from "../../src/io/choose_array.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("choose_array: names are on one line and tell each other apart", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
    assert(!/[\p{Cc}\u2028\u2029]/u.test(printable(a)));
    assert.equal(printable(a) === printable(b), a === b);
  }));
  assert.equal(printable("Schicht 1/ä"), "Schicht 1/ä");
  assert.equal(printable(""), '""');
  assert.equal(printable("a\u2028b"), '"a\\u{2028}b"');
});

Deno.test("choose_array: of many arrays some are listed", () => {
  const names = Array.from({ length: 300 }, (_, i) => `layer${i}`);
  assert.equal(chooseArray(names, "layer299", "f"), "layer299");
  assert.throws(
    () => chooseArray(names, undefined, "f"),
    inputError(/^f: holds 300 arrays \(layer0, .*, layer19 and 280 more\); name one, as in f:layer0$/),
  );
  assert.throws(() => chooseArray([], undefined, "f"), inputError(/^f: holds no arrays/));
});
