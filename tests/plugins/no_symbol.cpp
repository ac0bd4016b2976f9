// A library that is no plugin.
__attribute__((visibility("default"))) int kindredSampleAnswer() { return 42; }
