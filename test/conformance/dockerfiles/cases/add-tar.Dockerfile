FROM test/corpus:1
ADD archive.tar /x
