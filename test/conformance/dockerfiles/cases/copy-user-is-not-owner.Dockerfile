FROM test/corpus:1
USER nobody
COPY a.txt /x/
