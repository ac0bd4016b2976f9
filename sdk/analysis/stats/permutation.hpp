// Monte-Carlo permutation test of a table's diagonal.
//
// Row i and column i of a square table belong together; the statistic is the sum of the diagonal.
// Null hypothesis: the columns are exchangeable (whoever numbered them might as well have numbered
// them in any other order). The p-value is exact, (1 + #{drawn >= observed}) / (drawn + 1), with
// ties counted against the finding.
//
// A random permutation costs more than a sum over it. So each one is drawn once and evaluated
// together with all its n cyclic shifts, which are plain vector additions.
//
// Why that stays exact. Let t(p) = sum_i X[i][p(i)] for p in S_n, and let C be the group of cyclic
// shifts of positions, (p c^s)(i) = p(i + s mod n). S_n falls apart into the cosets pC, each of n
// members. Number the columns in some order that does not depend on how they were given; the
// observed table then is an order q of them, and under the null hypothesis q is uniform on S_n.
// The test evaluates t on qC and on R further cosets drawn uniformly and independently of q.
//   1. q is uniform, so its coset is uniform: the R + 1 cosets are independent and equally
//      distributed, and given them all, each is as likely as any other to be the one that q is in.
//   2. q is uniform, so given its coset it is any of that coset's n members, equally likely.
// Hence, given the R + 1 cosets, q is a uniform pick among their (R + 1) n members, and the rank of
// t(q) among them is uniform; ties only raise it. The observed table's own coset must be counted
// (else 1 fails), and shifts must act on positions: the random permutation renumbers columns, the
// axis that the null hypothesis makes random, and the shift moves rows against them. The other way
// round, X[i][q(p(i) + s)], the sets {q c^s p} are no cosets of C, and the argument fails.
// (The general theory of tests with random sets of transformations: J. Hemerik and J. Goeman,
// "Exact testing with random permutations", TEST 27, 2018.)
//
// Values are rounded once, to 31 - log2(n) bits of their range, and summed as integers: so neither
// order, vector width nor threads change a bit of the result. Rounding changes which statistic is
// tested (by some millionths of its standard deviation), not that the test of it is exact. Sums
// that rounding may have told apart count as equal, which only raises the p-value.
#pragma once

#include <cstddef>
#include <cstdint>

#include <kindred/analysis/stats/matrix_view.hpp>

namespace kindred::stats {

struct PermutationTest {
  double observed = 0;             // the sum of the diagonal
  std::uint64_t permutations = 0;  // T: evaluated besides the observed one, at least as many as
                                   // asked for: (R + 1) n - 1
  std::uint64_t as_large = 0;      // how many of them have t >= observed
  std::uint64_t as_small = 0;      // t <= observed
  double log10_p_greater = 0;      // log10 of (1 + as_large) / (T + 1)
  double log10_p_less = 0;
  double log10_floor = 0;  // -log10 (T + 1)
  // Of t over all n! permutations: exact (W. Hoeffding, "A combinatorial central limit theorem",
  // Annals of Mathematical Statistics 22, 1951). For description; the p-values don't use them.
  double mean = 0;
  double sd = 0;
  double skewness = 0;  // 0 where it is undefined: n < 3 or no spread
  // The smallest and the largest t among the T permutations, to the rounding's 5 to 8 digits.
  double least = 0;
  double most = 0;
};

// `table` is square and of at least one row. Values that are not finite are an input error. Needs
// 8 n^2 bytes. Stopped (kindred/analysis/stop/stop.hpp) leaves it within some tenths of a second.
// The result depends on the seed, and on nothing else that is not in the table.
PermutationTest permutationTest(MatrixView<double> table, std::uint64_t permutations,
                                std::uint64_t seed, unsigned threads = 1);

}  // namespace kindred::stats
