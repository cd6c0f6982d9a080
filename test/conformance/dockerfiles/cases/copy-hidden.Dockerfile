FROM test/corpus:1
COPY .hidden /x/
