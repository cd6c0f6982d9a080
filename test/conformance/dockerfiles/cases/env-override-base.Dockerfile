FROM test/corpus:1
ENV PATH=/x:$PATH
RUN echo $PATH >/out
