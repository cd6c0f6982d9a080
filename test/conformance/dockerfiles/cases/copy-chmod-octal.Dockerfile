FROM test/corpus:1
COPY --chmod=640 dir /x
