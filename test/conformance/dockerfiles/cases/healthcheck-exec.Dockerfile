FROM test/corpus:1
HEALTHCHECK CMD ["a","b"]
