FROM test/corpus:1
COPY --parents dir/*/*.txt /x/
