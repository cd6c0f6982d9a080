FROM test/corpus:1
COPY --chown=55 a.txt /x
