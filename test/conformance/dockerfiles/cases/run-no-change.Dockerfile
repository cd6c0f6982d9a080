FROM test/corpus:1
RUN true
