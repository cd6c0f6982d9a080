FROM test/corpus:1
COPY --chmod=0755 a.txt /x/bin/tool
