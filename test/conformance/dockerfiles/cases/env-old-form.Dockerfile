FROM test/corpus:1
ENV A one  two "three"
