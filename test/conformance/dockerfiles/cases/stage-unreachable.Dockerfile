FROM test/corpus:1 AS bad
RUN exit 1
FROM test/corpus:1
RUN echo x >/out
