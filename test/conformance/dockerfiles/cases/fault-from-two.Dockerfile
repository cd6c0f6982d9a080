FROM test/corpus:1
FROM a b
