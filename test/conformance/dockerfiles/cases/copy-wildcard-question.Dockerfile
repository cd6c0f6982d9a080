FROM test/corpus:1
COPY ?.txt dir/*.md /x/
