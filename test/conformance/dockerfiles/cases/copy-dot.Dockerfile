FROM test/corpus:1
WORKDIR /w
COPY dir .
