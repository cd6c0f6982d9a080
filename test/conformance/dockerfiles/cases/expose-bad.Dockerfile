FROM test/corpus:1
EXPOSE foo
