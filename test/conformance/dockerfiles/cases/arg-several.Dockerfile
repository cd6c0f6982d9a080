FROM test/corpus:1
ARG A=1 B=2 C
RUN echo $A$B$C >/out
