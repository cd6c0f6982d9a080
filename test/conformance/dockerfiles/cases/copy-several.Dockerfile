FROM test/corpus:1
COPY a.txt b.txt dir /x/
