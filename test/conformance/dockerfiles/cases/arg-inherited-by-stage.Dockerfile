FROM test/corpus:1 AS a
ARG V=1
FROM a
RUN echo "[$V]" >/out
