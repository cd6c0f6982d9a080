FROM test/corpus:1
COPY dirlink /x/
