FROM test/corpus:1 AS a
#: --target zz
