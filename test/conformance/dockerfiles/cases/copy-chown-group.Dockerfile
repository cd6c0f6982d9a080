FROM test/corpus:1
COPY --chown=nobody:nogroup a.txt /x/
