FROM test/corpus:1
ADD a.txt /x/
