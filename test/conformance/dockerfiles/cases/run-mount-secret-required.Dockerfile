FROM test/corpus:1
RUN --mount=type=secret,id=nope,required true
