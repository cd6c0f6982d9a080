ARG V=7
FROM test/corpus:1
RUN echo "[$V]" >/out
