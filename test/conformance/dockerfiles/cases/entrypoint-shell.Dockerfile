FROM test/corpus:1
ENTRYPOINT exec top -b
