FROM test/corpus:1
ENV A b
LABEL c d
