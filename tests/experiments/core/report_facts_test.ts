import { reportFacts } from "../../../src/experiments/core/report_facts.ts";
import { assert } from "../../deps.ts";

Deno.test("reportFacts: objects are told by their names; hosts, folders and command lines are not", () => {
  const session = {
    date: "2026-01-02T03:04:05+00:00",
    ended: null,
    system: "linux",
    driver: null,
    toolkitCommit: { commit: "abc", dirty: true },
    host: "secret-host",
    directory: "/home/secret",
    command: ["deno", "--secret"],
  };
  const facts = reportFacts({
    configuration: { hidden: [5, 4], optimizer: { name: "adam", weightDecay: 0 }, batch: null },
    status: "done",
    diverged: [{ replica: 2, step: 70 }],
    precisionSelfTest: "there is none",
    choices: [{ kernel: "gemm", chosen: "tiles", source: "measured" }],
    sessions: [session],
  });
  assert(!JSON.stringify(facts).includes("secret"));
  const rows = Object.fromEntries(facts.map(({ title, rows }) => [title, Object.fromEntries(rows)]));
  assert.deepEqual(rows["Configuration"], {
    "hidden": "5, 4",
    "optimizer · name": "adam",
    "optimizer · weight decay": "0",
  });
  assert.deepEqual(rows["Outcome"], { "status": "done", "replica 2": "diverged at step 70" });
  assert.deepEqual(rows["Environment"], { system: "linux", commit: "abc, changed" });
  assert.deepEqual(rows["Self-test of double-single arithmetic"], { failed: "there is none" });
  assert.deepEqual(rows["Kernels"], { gemm: "tiles (measured)" });
  assert.deepEqual(rows["Time"], { sessions: "2026-01-02T03:04:05+00:00 to now" });
});
