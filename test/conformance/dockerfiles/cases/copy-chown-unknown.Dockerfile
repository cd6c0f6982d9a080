FROM test/corpus:1
COPY --chown=whoever a.txt /x
