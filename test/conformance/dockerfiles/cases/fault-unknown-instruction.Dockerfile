FROM test/corpus:1
RUNN true
