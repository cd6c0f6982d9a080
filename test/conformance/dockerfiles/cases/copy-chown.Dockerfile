FROM test/corpus:1
COPY --chown=nobody a.txt dir /x/
