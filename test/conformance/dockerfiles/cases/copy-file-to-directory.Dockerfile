FROM test/corpus:1
COPY a.txt /x/
