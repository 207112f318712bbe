import { closest } from "../../src/check.ts";
import { loadTask, taskNames } from "../../src/tasks/registry.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("registry: every name loads a task of that name", async () => {
  const names = taskNames();
  assert.equal(new Set(names).size, names.length);
  for (
    const name of [
      "cosines",
      "sines",
      "runge",
      "abs",
      "step",
      "ripple2d",
      "franke2d",
      "gaussian5d",
      "product3d",
      "poisson1d",
      "poisson2d",
      "helmholtz1d",
      "helmholtz2d",
      "allen-cahn",
      "burgers",
      "mixture",
      "digits",
    ]
  ) {
    assert(names.includes(name), name);
  }
  for (const name of names) {
    const task = await loadTask(name, { samples: 20, seed: 4 });
    assert.equal(task.name, name);
    assert.equal(task.train.count, 20);
    assert.equal(task.train.x.length, 20 * task.inputs);
    assert.equal(task.train.y.length, 20 * task.outputs);
  }
});

Deno.test("registry: an unknown name is answered with the nearest and with all", async () => {
  await assert.rejects(
    loadTask("cosine"),
    inputError(
      /^no task "cosine"; did you mean "cosines"\? give one of cosines, sines, .*, product3d, poisson1d, .*, burgers, mixture, digits$/,
    ),
  );
  await assert.rejects(loadTask("Digits"), inputError(/did you mean "digits"\?/));
  await assert.rejects(loadTask("frobnicate"), inputError(/^no task "frobnicate"; give one of cosines, /));
  for (const name of ["", "two\nlines", "toString", "__proto__", "constructor"]) {
    await assert.rejects(loadTask(name), inputError(/^no task "/));
  }
});

Deno.test("registry: options that are out of range, or another task's, are refused", async () => {
  for (const samples of [0, -1, 1.5, NaN]) {
    for (const name of ["cosines", "franke2d", "digits"]) {
      await assert.rejects(
        loadTask(name, { samples }),
        inputError(/^samples must be a whole number from 1 to /),
      );
    }
  }
  await assert.rejects(loadTask("abs", { seed: -1 }), inputError(/^seed must be a whole number from 0 to /));
  await assert.rejects(
    loadTask("runge", { data: "mnist" }),
    inputError(/^task "runge" is a function and reads no files; leave out data "mnist"$/),
  );
  await assert.rejects(
    loadTask("burgers", { data: "mnist" }),
    inputError(/^task "burgers" is an equation and reads no files; leave out data "mnist"$/),
  );
  await assert.rejects(
    loadTask("mixture", { data: "mnist" }),
    inputError(/^task "mixture" is drawn at random and reads no files; leave out data "mnist"$/),
  );
  // Absent and undefined are the same.
  assert.equal(
    (await loadTask("abs", { samples: undefined, seed: undefined, data: undefined })).train.count,
    256,
  );
});

Deno.test("registry: the nearest name is found by edits", () => {
  assert.equal(closest("rnge", ["range", "runge"]), "range");
  assert.equal(closest("step", ["step", "steps"]), "step");
  assert.equal(closest("x", []), undefined);
});
