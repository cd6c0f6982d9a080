ARG N=a
FROM test/corpus:1 AS a
ENV A=1
FROM ${N}
ENV B=1
