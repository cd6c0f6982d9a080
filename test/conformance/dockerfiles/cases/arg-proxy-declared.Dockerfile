FROM test/corpus:1
ARG HTTP_PROXY
RUN echo $HTTP_PROXY >/out
#: --build-arg HTTP_PROXY=http://p:1
