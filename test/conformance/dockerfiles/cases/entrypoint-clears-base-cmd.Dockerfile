FROM test/corpus:1
ENTRYPOINT ["a"]
