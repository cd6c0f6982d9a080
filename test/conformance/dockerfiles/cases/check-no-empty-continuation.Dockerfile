FROM test/corpus:1
RUN echo a \

  b
