FROM test/corpus:1
COPY --from=9 /f /
