ARG BASE=test/corpus:1
ARG V=7
FROM $BASE
ARG V
ARG W=$V.1
RUN echo "$V $W" >/out
