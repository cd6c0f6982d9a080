FROM test/corpus:1 AS 1bad
