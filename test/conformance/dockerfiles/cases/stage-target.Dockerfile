FROM test/corpus:1 AS a
RUN echo a >/out
FROM test/corpus:1 AS b
RUN exit 1
#: --target a
