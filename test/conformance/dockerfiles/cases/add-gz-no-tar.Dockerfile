FROM test/corpus:1
ADD plain.gz /x/
