FROM test/corpus:1
COPY ["with space.txt", "/x/dest name.txt"]
