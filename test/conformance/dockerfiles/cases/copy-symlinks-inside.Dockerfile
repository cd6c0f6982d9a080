FROM test/corpus:1
COPY links /x
