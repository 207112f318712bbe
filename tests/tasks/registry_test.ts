import { closest } from "../../src/check.ts";
import { checkTask } from "../../src/tasks/check_task.ts";
import { taskDefaults } from "../../src/tasks/defaults.ts";
import { loadTask, tasks } from "../../src/tasks/registry.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("registry: every name loads a task of that name", async () => {
  const names = Object.keys(tasks);
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
      "diffusion2d",
      "allen-cahn",
      "burgers",
      "kdv",
      "mixture",
      "digits",
    ]
  ) {
    assert(names.includes(name), name);
  }
  for (const name of names) {
    const task = await loadTask(name, { samples: 20, seed: 4 });
    assert.deepEqual([task.name, task.kind], [name, tasks[name].kind]);
    assert(tasks[name].help.length > 0 && !tasks[name].help.includes("\n"));
    assert.equal(checkTask(task), task);
    assert.deepEqual(Object.keys(taskDefaults(task)).length, 9);
    assert.equal(task.train.count, 20);
    assert.equal(task.train.x.length, 20 * task.inputs);
    assert.equal(task.train.y.length, 20 * task.outputs);
  }
});

Deno.test("registry: an unknown name is answered with the nearest and with all", async () => {
  await assert.rejects(
    loadTask("cosine"),
    inputError(
      new RegExp(
        `^no task "cosine"; did you mean "cosines"\\? give one of ${Object.keys(tasks).join(", ")}$`,
      ),
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
    inputError(/^task "runge" reads no files; leave out data "mnist"$/),
  );
  await assert.rejects(
    loadTask("burgers", { data: "mnist" }),
    inputError(/^task "burgers" reads no files; leave out data "mnist"$/),
  );
  await assert.rejects(
    loadTask("mixture", { data: "mnist" }),
    inputError(/^task "mixture" reads no files; leave out data "mnist"$/),
  );
  await assert.rejects(
    loadTask("abs", { sample: 3 } as object),
    inputError(/^options of a task have no "sample"; did you mean "samples"\? /),
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
