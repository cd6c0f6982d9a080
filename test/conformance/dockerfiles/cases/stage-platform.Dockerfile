FROM --platform=$BUILDPLATFORM test/corpus:1
ENV A=1
