FROM test/corpus:1
ENV A=1
ENV A=2 B=$A
