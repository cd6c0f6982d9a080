FROM test/corpus:1
RUN echo one \   
  two >/out
