FROM test/corpus:1
COPY .dockerignore /x
