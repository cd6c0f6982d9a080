FROM test/corpus:1
COPY *.txt /x/
