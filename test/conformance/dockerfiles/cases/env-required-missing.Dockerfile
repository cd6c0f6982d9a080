FROM test/corpus:1
ENV A=${X:?must be set}
