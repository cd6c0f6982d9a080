FROM test/corpus:1
COPY --link a.txt /x/y/
