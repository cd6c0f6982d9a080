FROM test/corpus:1
COPY a.txt /data/deep
