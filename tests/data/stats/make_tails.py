"""Writes binomial_tails.csv: log10 P(Bin(n, 1/2) >= k) to 30 digits.

The largest term is an exact integer (math.comb); the terms behind it follow by exact ratios in
60-digit decimals until they no longer matter. Run: python3 make_tails.py > binomial_tails.csv
"""
import decimal
import math

decimal.getcontext().prec = 60
decimal.getcontext().Emin = -10**12
Decimal = decimal.Decimal

CASES = [
    (100, 50), (100, 51), (100, 75), (100, 100),
    (1000, 500), (1000, 501), (1000, 620), (1000, 999),
    (64768, 32384), (64768, 32999), (64768, 40000), (64768, 64768),
    (1000000, 500000), (1000000, 500001), (1000000, 502500), (1000000, 510000),
    (1000000, 600000), (1000000, 900000), (1000000, 999999), (1000000, 499000),
]


def upper_tail(n, k):
    """P(Bin(n, 1/2) >= k) for 2 k > n."""
    term = Decimal(math.comb(n, k))
    total = Decimal(0)
    for j in range(k, n + 1):
        total += term
        if term < total * Decimal("1e-50"):
            break
        term = term * (n - j) / (j + 1)
    return total / Decimal(2) ** n


print("n,k,log10_p")
for n, k in CASES:
    p = upper_tail(n, k) if 2 * k > n else 1 - upper_tail(n, n - k + 1)
    print(f"{n},{k},{p.log10():.30f}")
