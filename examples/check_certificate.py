"""Checks exported rank certificates: python3 check_certificate.py FOLDER...

A certificate claims that low to high eigenvalues of M = F^T diag(w) F are above epsilon, or above epsilon times the
largest one. Here they are counted in whole numbers, by Sylvester's law of inertia, with nothing but Python 3.8 or
later; floats are the fractions that they are. Exit status 0 if every claim holds, 1 if one does not."""
import array, json, pathlib, sys
from fractions import Fraction

def whole(folder, entry):
    """Reads little-endian floats as whole numbers over a common denominator."""
    data = array.array("f" if entry["dtype"] == "float32" else "d", pathlib.Path(folder, entry["file"]).read_bytes())
    if sys.byteorder == "big":
        data.byteswap()
    pairs = [x.as_integer_ratio() for x in data]
    common = max(d for _, d in pairs)
    return [n * (common // d) for n, d in pairs], common

def inertia(a):
    """Counts eigenvalues above 0 and on 0, by fraction-free elimination (Bareiss)."""
    last, positive = 1, 0
    while any(map(any, a)):
        places = [(i, j) for i in range(len(a)) for j in range(i + 1) if a[i][j]]
        i, j = next(((i, j) for i, j in places if i == j), places[0])
        if i != j:  # The diagonal is 0. Row and column j, added to i, make its entry 2 a[i][j].
            a[i] = [x + y for x, y in zip(a[i], a[j])]
            a = [row[:i] + [row[i] + row[j]] + row[i + 1:] for row in a]
        pivot, line, others = a[i][i], a[i][:i] + a[i][i + 1:], a[:i] + a[i + 1:]
        a = [[(pivot * x - row[i] * y) // last for x, y in zip(row[:i] + row[i + 1:], line)] for row in others]
        last, positive = pivot, positive + (pivot * last > 0)
    return positive, len(a)

def holds(folder):
    c = json.loads(pathlib.Path(folder, "certificate.json").read_text(encoding="utf-8"))
    m, n, centered, wide = c["rows"], c["columns"], int(c["centered"]), c["rows"] < c["columns"]
    (f, unit), volume = whole(folder, c["features"]), Fraction(c["volume"])
    w, weight = whole(folder, c["weights"]) if c["weights"] else ([volume.numerator] * m, m * volume.denominator)
    (numerator,), denominator = whole(folder, c["epsilon"])
    epsilon = Fraction(numerator, denominator)
    if len(f) != m * n or len(w) != m or min(w) <= 0 or epsilon <= 0:
        sys.exit(f"{folder}: sizes or signs are wrong")
    # M - t, or W F F^T W - t W if that is smaller; one row and column take the mean off, and count as one positive.
    rows, factors = [f[j::n] for j in range(n)] + [[1] * m] * centered, [1] * n + [0]
    if wide:
        rows, factors = [[v * x for x in f[k * n:k * n + n]] for k, v in enumerate(w)], w
    weighted = rows if wide else [[x * v for x, v in zip(row, w)] for row in rows]
    gram = [[sum(x * y for x, y in zip(a, b)) for b in weighted] for a in rows]
    def count(t):
        less = [t.numerator * factor * weight * unit ** 2 for factor in factors]
        a = [[t.denominator * x - less[i] * (i == j) for j, x in enumerate(row)] for i, row in enumerate(gram)]
        positive, on = inertia([row + [v] for row, v in zip(a, w)] + [w + [0]] if wide and centered else a)
        return positive - centered, on
    least, most = map(Fraction, c["largest"] or [1, 1])
    encloses = not c["relative"] or count(most)[0] == 0 and (least == 0 or any(count(least)))
    exact = {end: count(epsilon * end)[0] if epsilon < 1 or not c["relative"] else 0 for end in {least, most}}
    low, high = exact[most], exact[least]
    right = encloses and c["low"] <= low and high <= c["high"]
    print(f"{folder}: claimed {c['low']} to {c['high']}, exactly {low} to {high}: {'holds' if right else 'WRONG'}")
    return right

sys.exit(0 if all([holds(folder) for folder in sys.argv[1:] or ["."]]) else 1)
