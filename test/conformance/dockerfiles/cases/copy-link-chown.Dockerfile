FROM test/corpus:1
COPY --link --chown=55:66 a.txt /x/y/
