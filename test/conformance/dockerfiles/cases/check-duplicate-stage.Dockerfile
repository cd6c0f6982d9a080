FROM test/corpus:1 AS a
FROM test/corpus:1 AS a
