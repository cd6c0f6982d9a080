FROM test/corpus:1
ARG A=
ENV B=${A:-d} C=${A-d}
