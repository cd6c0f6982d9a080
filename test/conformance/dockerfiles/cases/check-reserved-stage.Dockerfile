FROM test/corpus:1 AS context
