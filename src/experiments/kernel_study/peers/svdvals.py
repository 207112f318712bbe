"""Singular values of features by NumPy or PyTorch. On stdin a line of JSON and float32 words for each job; on stdout a
line of JSON with the version or what is missing, then for each job the seconds it took and the values, in float64."""
import importlib
import json
import sys
import time

package, device = sys.argv[1:]


def say(**answer):
    print(json.dumps(answer), flush=True)


def missing(what):
    say(missing=what)
    sys.exit()


try:
    numpy = importlib.import_module("numpy")
except ImportError:
    missing("no NumPy")
if package == "torch":
    try:
        torch = importlib.import_module("torch")
    except ImportError:
        missing("no PyTorch")
    if device == "cuda" and not torch.cuda.is_available():
        missing("no CUDA device for its PyTorch")
    say(version=torch.__version__)

    def solve(features):
        return torch.linalg.svdvals(torch.from_numpy(features).to(device)).cpu().numpy()
else:
    say(version=numpy.__version__)

    def solve(features):
        return numpy.linalg.svd(features, compute_uv=False)

for line in sys.stdin.buffer:
    job = json.loads(line)
    shape = job["count"], job["rows"], job["columns"]
    words = sys.stdin.buffer.read(4 * shape[0] * shape[1] * shape[2])
    features = numpy.frombuffer(words, "<f4").reshape(shape).astype(job["type"])
    start = time.perf_counter()
    values = solve(features)
    seconds = numpy.float64(time.perf_counter() - start)
    sys.stdout.buffer.write(seconds.astype("<f8").tobytes() + values.astype("<f8").tobytes())
    sys.stdout.buffer.flush()
