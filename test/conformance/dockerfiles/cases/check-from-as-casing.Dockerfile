FROM test/corpus:1 as build
CMD ["x"]
