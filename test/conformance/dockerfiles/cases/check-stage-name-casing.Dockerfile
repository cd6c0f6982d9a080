FROM test/corpus:1 AS Build
CMD ["x"]
