FROM test/corpus:1
SHELL ["/bin/sh", "-ec"]
RUN echo $0 >/out
CMD x
ENTRYPOINT y
