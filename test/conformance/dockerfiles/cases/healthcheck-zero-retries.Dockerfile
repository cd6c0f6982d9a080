FROM test/corpus:1
HEALTHCHECK --retries=0 CMD true
