FROM test/corpus:1
ENV A=1
