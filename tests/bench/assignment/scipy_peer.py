"""scipy_peer.py COSINES COLUMNS ROWS WIDTH RUNS

Times SciPy on the matrix of float32 cosines: as it is, to be maximised, which is the caller's task;
and as the negated float64 matrix that SciPy works on inside, made beforehand and not timed. Checks
that COLUMNS (int64) assigns as much as SciPy does.
"""
import sys
import time

import numpy
import scipy
from scipy.optimize import linear_sum_assignment

cosines = numpy.fromfile(sys.argv[1], numpy.float32).reshape(int(sys.argv[3]), int(sys.argv[4]))
columns = numpy.fromfile(sys.argv[2], numpy.int64)
native = -cosines.astype(numpy.float64)


def shortest(solve):
    best = numpy.inf
    for _ in range(int(sys.argv[5])):
        start = time.perf_counter()
        solve()
        best = min(best, time.perf_counter() - start)
    return best


rows, expected = linear_sum_assignment(cosines, maximize=True)
total = cosines.astype(numpy.float64)[rows, expected].sum()
ours = cosines.astype(numpy.float64)[rows, columns].sum()
print("total", repr(float(total)))
print("ours", repr(float(ours)))
print("distinct", len(set(columns.tolist())))
print("same_columns", int((columns == expected).sum()))
print("seconds", shortest(lambda: linear_sum_assignment(cosines, maximize=True)))
print("seconds_native", shortest(lambda: linear_sum_assignment(native)))
