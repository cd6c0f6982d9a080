FROM test/corpus:1
COPY *.nothing /x/
