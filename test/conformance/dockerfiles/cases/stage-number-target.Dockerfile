FROM test/corpus:1
ENV A=1
FROM test/corpus:1
ENV B=1
#: --target 0
