FROM test/corpus:1
ARG A=1
ARG B
RUN echo $A $B >/out
#: --build-arg A=x --build-arg B=y
