FROM test/corpus:1
RUN echo a \
  b >/out
ENV A=1
CMD ["x"]
