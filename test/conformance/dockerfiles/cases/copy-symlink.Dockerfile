FROM test/corpus:1
COPY link /x/
