FROM test/corpus:1
ARG A=1
RUN echo $A >/o1
ARG A=2
RUN echo $A >/o2
