FROM test/corpus:1
RUN --nosuch=1 true
