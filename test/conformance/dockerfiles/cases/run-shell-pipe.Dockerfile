FROM test/corpus:1
RUN echo a | tr a b > /out && ls /missing || true
