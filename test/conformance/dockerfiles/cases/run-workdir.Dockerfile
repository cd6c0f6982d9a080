FROM test/corpus:1
WORKDIR /w/x
RUN pwd >out
