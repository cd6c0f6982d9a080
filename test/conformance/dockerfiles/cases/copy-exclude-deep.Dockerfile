FROM test/corpus:1
COPY --exclude=**/*.txt . /x
