"""Singular values of features by NumPy, for numpy_rank.ts: a line of JSON and float32 in, float64 out."""
import json
import sys

import numpy

for line in sys.stdin.buffer:
    job = json.loads(line)
    shape = job["count"], job["rows"], job["columns"]
    words = sys.stdin.buffer.read(4 * shape[0] * shape[1] * shape[2])
    features = numpy.frombuffer(words, "<f4").reshape(shape).astype(job["type"])
    values = numpy.linalg.svd(features, compute_uv=False)
    sys.stdout.buffer.write(values.astype("<f8").tobytes())
    sys.stdout.buffer.flush()
