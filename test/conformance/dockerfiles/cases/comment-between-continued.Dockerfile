FROM test/corpus:1
RUN echo one \
# a comment
  two \

  three >/out
