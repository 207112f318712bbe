import { Backlog } from "../../src/follow/backlog.ts";
import { batches, batchSize } from "../../src/follow/batches.ts";
import { assert } from "../deps.ts";

const step = (step: number, bytes = 1) => ({ step, bytes });

function make(options: { mostSteps: number; mostBytes?: number }) {
  const dropped: number[] = [], strides: number[] = [];
  const backlog = new Backlog<{ step: number; bytes: number }>({
    ...options,
    onDrop: ({ step }) => void dropped.push(step),
    onStride: (stride) => void strides.push(stride),
  });
  return { backlog, dropped, strides };
}

Deno.test("Backlog: what does not fit is left out evenly, and each step once", () => {
  const { backlog, dropped, strides } = make({ mostSteps: 8 });
  for (let k = 0; k < 100; k++) backlog.push(step(k));
  const taken = backlog.take().map(({ step }) => step);
  assert.deepEqual(taken, [0, 16, 32, 48, 64, 80, 96]);
  assert.deepEqual(strides, [2, 4, 8, 16]);
  assert.deepEqual([...taken, ...dropped].sort((a, b) => a - b), Array.from({ length: 100 }, (_, k) => k));
});

Deno.test("Backlog: bytes count as well, but one step always fits; the last steps all count", () => {
  const { backlog, dropped } = make({ mostSteps: 100, mostBytes: 10 });
  backlog.push(step(0, 50));
  assert.deepEqual([backlog.size, dropped], [1, []]);
  backlog.push(step(1, 50));
  assert.deepEqual(dropped, [1]);
  assert.deepEqual(backlog.take().map(({ step }) => step), [0]);
  backlog.isLast = true;
  for (let k = 2; k < 200; k++) backlog.push(step(k, 50));
  assert.equal(backlog.size, 198);
});

Deno.test("Backlog: a stride is taken back when steps have been solved as they came", () => {
  const { backlog, strides } = make({ mostSteps: 3 });
  for (let k = 0; k < 4; k++) backlog.push(step(k));
  assert.deepEqual(strides, [2]);
  const taken: number[] = [];
  for (let k = 4; k < 30; k++) {
    backlog.push(step(k));
    for (const { step } of backlog.take()) taken.push(step);
  }
  assert.deepEqual(strides, [2, 1]);
  assert.deepEqual(taken.slice(-3), [27, 28, 29]);
  assert.deepEqual(taken.slice(0, 4), [0, 2, 4, 6]);
});

Deno.test("batches: small steps together, large ones alone, none lost", () => {
  assert.equal(batchSize([step(0, 1e9), step(1)]), 1);
  assert.equal(batchSize(Array.from({ length: 1000 }, (_, k) => step(k))), 64);
  assert.deepEqual(
    [...batches(Array.from({ length: 130 }, (_, k) => step(k)))].map(({ length }) => length),
    [1, 64, 64, 1],
  );
  assert.deepEqual([...batches([])], []);
});
