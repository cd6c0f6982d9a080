FROM test/corpus:1
RUN --mount=type=secret,id=nope ls -A /run >/out
