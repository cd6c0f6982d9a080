FROM test/corpus:1
CMD ['a', 'b']
