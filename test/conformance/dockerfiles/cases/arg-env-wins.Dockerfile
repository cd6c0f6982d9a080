FROM test/corpus:1
ARG A=arg
ENV A=env
RUN echo $A >/out
#: --build-arg A=given
