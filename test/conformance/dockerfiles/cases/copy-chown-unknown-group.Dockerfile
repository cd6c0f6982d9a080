FROM test/corpus:1
COPY --chown=whoever:nogroup a.txt /x/y
RUN stat -c %u:%g /x/y >/out
