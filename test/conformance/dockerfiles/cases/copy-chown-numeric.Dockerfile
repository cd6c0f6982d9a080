FROM test/corpus:1
COPY --chown=55:66 dir /x
