FROM test/corpus:1
CMD []
