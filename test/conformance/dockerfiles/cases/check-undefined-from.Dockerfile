FROM test/corpus:${V}
#: --check-only
