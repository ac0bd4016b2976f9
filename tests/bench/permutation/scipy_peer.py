"""scipy_peer.py TABLE SIZE PERMUTATIONS

Times SciPy's permutation_test, vectorised, on the diagonal of a square table of float64: the columns
are renumbered at random, the statistic is the mean over the diagonal. The whole run is timed once
with batches that fit in the cache, which is SciPy's best.
"""
import sys
import time

import numpy
from scipy import stats

size = int(sys.argv[2])
table = numpy.fromfile(sys.argv[1], numpy.float64).reshape(size, size)
rows = numpy.arange(size)


def diagonal_mean(columns, axis=-1):
    return table[rows, columns].mean(axis=axis)


def test(permutations):
    return stats.permutation_test(
        (rows,), diagonal_mean, permutation_type="pairings", vectorized=True,
        n_resamples=permutations, batch=max(1, 50000 // size), alternative="greater",
        random_state=7)


test(100)
start = time.perf_counter()
result = test(int(sys.argv[3]))
print("seconds", time.perf_counter() - start)
print("statistic", repr(float(result.statistic)))
print("p", repr(float(result.pvalue)))
print("mean", repr(float(result.null_distribution.mean())))
print("sd", repr(float(result.null_distribution.std())))
