FROM test/corpus:1
COPY missing.txt /x/
