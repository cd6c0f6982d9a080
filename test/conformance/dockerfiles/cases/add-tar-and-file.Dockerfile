FROM test/corpus:1
ADD archive.tar a.txt /x/
