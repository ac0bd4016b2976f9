// A BLAS whose products are wrong in one place: loaded before the real one, it takes its calls.
extern "C" void sgemm_(const char* transposed_a, const char* transposed_b, const int* m,
                       const int* n, const int* k, const float* alpha, const float* a,
                       const int* lda, const float* b, const int* ldb, const float* beta, float* c,
                       const int* ldc) {
  const bool turn_a = *transposed_a != 'N', turn_b = *transposed_b != 'N';
  for (long j = 0; j < *n; ++j) {
    for (long i = 0; i < *m; ++i) {
      double sum = 0;
      for (long l = 0; l < *k; ++l) {
        const float of_a = turn_a ? a[i * *lda + l] : a[l * *lda + i];
        const float of_b = turn_b ? b[l * *ldb + j] : b[j * *ldb + l];
        sum += double{of_a} * of_b;
      }
      float& out = c[j * *ldc + i];
      out = static_cast<float>(*alpha * sum + (*beta == 0 ? 0.0 : double{*beta} * out));
    }
  }
  c[0] += 1 + *alpha;
}
