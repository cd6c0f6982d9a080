FROM test/corpus:1
WORKDIR /data
