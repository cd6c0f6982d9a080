FROM test/corpus:1
COPY --chmod=640 a.txt /x/y/f
