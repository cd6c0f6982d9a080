FROM test/corpus:1
RUN echo before; exit 3
