FROM test/corpus:1
COPY d* /x/
