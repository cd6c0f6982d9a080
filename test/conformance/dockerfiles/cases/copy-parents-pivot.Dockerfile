FROM test/corpus:1
COPY --parents ./dir/./sub/three.txt /x/
