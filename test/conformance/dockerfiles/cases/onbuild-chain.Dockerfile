FROM test/corpus:1
ONBUILD ONBUILD RUN true
