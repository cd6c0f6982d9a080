FROM test/corpus:1 AS a
RUN echo from-a >/f
FROM test/corpus:1
RUN --mount=from=a,source=/f,target=/m cat /m >/out
