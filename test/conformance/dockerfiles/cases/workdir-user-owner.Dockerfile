FROM test/corpus:1
USER nobody
WORKDIR /new/dir
